// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import static java.util.Collections.unmodifiableList;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a source as values of some type. A wrong text is remembered with a warning and
 * counts as unset. Used once.
 */
final class SettingValues {

  private final SettingsSource source;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<String> warnings = new ArrayList<>();

  SettingValues(SettingsSource source) {
    this.source = source;
  }

  boolean flag(String setting, boolean standard) {
    return Boolean.parseBoolean(
        oneOf(setting, Boolean.toString(standard), Arrays.asList("true", "false")));
  }

  String text(String setting, String standard) {
    String text = take(setting);
    return text == null ? standard : text;
  }

  List<String> list(String setting, List<String> standard) {
    String text = take(setting);
    return text == null ? standard : unmodifiableList(split(text));
  }

  /** The items between commas, without white space and empty ones. */
  static List<String> split(String text) {
    List<String> items = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      if (!item.trim().isEmpty()) {
        items.add(item.trim());
      }
    }
    return items;
  }

  /** Returns the content of a file without white space around it; empty when there is none. */
  byte[] file(String setting) {
    String path = take(setting);
    if (path == null) {
      return new byte[0];
    }
    try {
      byte[] content = Files.readAllBytes(Paths.get(path));
      return new String(content, StandardCharsets.UTF_8).trim().getBytes(StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException unreadable) {
      warn(setting, "cannot read " + path + "; keys with hmac are not sent");
      return new byte[0];
    }
  }

  int number(String setting, int standard, int least, int most) {
    String text = take(setting);
    if (text == null) {
      return standard;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException wrong) {
      // told below
    }
    warn(
        setting,
        "\"" + text + "\" is not a number from " + least + " to " + most + "; using " + standard);
    return standard;
  }

  @Nullable Pattern pattern(String setting) {
    String text = take(setting);
    if (text == null) {
      return null;
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException wrong) {
      warn(setting, "not a regular expression: " + wrong.getDescription());
      return null;
    }
  }

  String oneOf(String setting, String standard, Collection<String> allowed) {
    String text = take(setting);
    if (text == null) {
      return standard;
    }
    String value = text.toLowerCase(Locale.ROOT);
    if (allowed.contains(value)) {
      return value;
    }
    warn(
        setting,
        "\""
            + text
            + "\" is none of "
            + allowed
            + "; nearest: "
            + Names.nearest(value, allowed)
            + "; using "
            + standard);
    return standard;
  }

  /** Returns what is set, or null; from now on the setting is known. */
  @Nullable String take(String setting) {
    known.add(property(setting));
    return source.get(property(setting));
  }

  /** Adds a warning for each name that nobody asked for and returns all warnings. */
  List<String> finish() {
    Map<String, String> environmentNames = new HashMap<>();
    for (String property : known) {
      environmentNames.put(Names.environment(property), property);
    }
    for (String name : source.names()) {
      if (!environmentNames.containsKey(Names.environment(name))) {
        boolean variable = name.startsWith(Settings.ENVIRONMENT_PREFIX);
        warnings.add(
            name
                + " is not a setting; nearest: "
                + Names.nearest(name, variable ? environmentNames.keySet() : known));
      }
    }
    return unmodifiableList(warnings);
  }

  /** Remembers what is wrong with a setting. */
  void warn(String setting, String what) {
    warnings.add(property(setting) + ": " + what);
  }

  private static String property(String setting) {
    return Settings.PREFIX + setting;
  }
}
