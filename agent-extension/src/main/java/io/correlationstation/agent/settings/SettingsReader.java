// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import static java.util.Collections.unmodifiableList;

import io.correlationstation.agent.settings.KeySettings.Egress;
import io.correlationstation.correlation.CorrelationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Turns texts into settings and remembers what was wrong with them. Used once. */
final class SettingsReader {

  /**
   * Destinations that keys go to by default. {@code private} stands for loopback, link-local and
   * private addresses, {@code single-label} for host names without a dot.
   */
  static final List<String> DEFAULT_EGRESS =
      unmodifiableList(
          Arrays.asList(
              "private", "single-label", ".local", ".internal", ".svc", ".cluster.local"));

  static final List<String> ANY = Collections.singletonList("*");

  private static final int MAX_KEYS = 32;
  private static final Pattern KEY_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.]{0,63}");
  private static final Pattern NOT_A_NAME = Pattern.compile("[0-9.]+|.*[/:\\[].*");
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  private final SettingsSource source;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> keyNames;
  private final List<KeySettings> keys = new ArrayList<>();

  SettingsReader(SettingsSource source) {
    this.source = source;
    this.keyNames = keyNames();
    for (String name : keyNames) {
      keys.add(key(name));
    }
  }

  boolean flag(String setting, boolean standard) {
    return Boolean.parseBoolean(
        oneOf(setting, Boolean.toString(standard), Arrays.asList("true", "false")));
  }

  List<KeySettings> keys() {
    return unmodifiableList(keys);
  }

  private List<String> keyNames() {
    List<String> defaults = new ArrayList<>();
    for (CorrelationKey key : CorrelationKey.DEFAULTS) {
      defaults.add(key.name());
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : list("keys", defaults)) {
      if (!KEY_NAME.matcher(name).matches()) {
        warnings.add(
            property("keys") + ": \"" + name + "\" is not a name of letters, digits, _ and .");
      } else if (names.size() == MAX_KEYS) {
        warnings.add(
            property("keys") + ": more than " + MAX_KEYS + " keys, \"" + name + "\" left out");
      } else {
        names.add(name);
      }
    }
    return new ArrayList<>(names);
  }

  private KeySettings key(String name) {
    String prefix = "key." + name + ".";
    return new KeySettings(
        name,
        headers(prefix + "headers", name),
        text(prefix + "attribute", name),
        text(prefix + "mdc", name),
        pattern(prefix + "pattern"),
        number(prefix + "max-length", 128, 1, 4096),
        Egress.valueOf(
            oneOf(prefix + "egress", "send", Arrays.asList("send", "drop", "hmac"))
                .toUpperCase(Locale.ROOT)));
  }

  private List<String> headers(String setting, String key) {
    List<String> standard = Collections.singletonList(headerOf(key));
    List<String> headers = new ArrayList<>();
    for (String header : list(setting, standard)) {
      if (HEADER_NAME.matcher(header).matches()) {
        headers.add(header);
      } else {
        warnings.add(property(setting) + ": \"" + header + "\" is not a header name");
      }
    }
    return headers.isEmpty() ? standard : unmodifiableList(headers);
  }

  /** {@code circuit_id} becomes {@code X-Circuit-Id}. */
  private static String headerOf(String key) {
    StringBuilder header = new StringBuilder("X");
    for (String word : key.split("[_.]+", -1)) {
      if (!word.isEmpty()) {
        header.append('-').append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return header.toString();
  }

  private @Nullable Pattern pattern(String setting) {
    String text = take(setting);
    if (text == null) {
      return null;
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException wrong) {
      warnings.add(property(setting) + ": not a regular expression: " + wrong.getDescription());
      return null;
    }
  }

  /**
   * Query parameters and form fields: {@code name} for a key of that name in any spelling, or
   * {@code key=name}.
   */
  Map<String, String> queryParameters() {
    Map<String, String> standard = new LinkedHashMap<>();
    Map<String, String> spellings = new HashMap<>();
    for (KeySettings key : keys) {
      spellings.put(Names.loose(key.name()), key.name());
      standard.put(Names.loose(key.name()), key.name());
      for (String header : key.headers()) {
        standard.put(Names.loose(header), key.name());
        spellings.put(Names.loose(header), key.name());
      }
    }
    String text = take("query-parameters");
    if (text == null) {
      return Collections.unmodifiableMap(standard);
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String item : split(text)) {
      int equals = item.indexOf('=');
      String key = equals < 0 ? spellings.get(Names.loose(item)) : item.substring(0, equals).trim();
      if (key == null || !keyNames.contains(key)) {
        warnUnknownKey("query-parameters", item);
      } else {
        parameters.put(Names.loose(item.substring(equals + 1).trim()), key);
      }
    }
    return Collections.unmodifiableMap(parameters);
  }

  List<PathRule> pathRules() {
    List<PathRule> rules = new ArrayList<>();
    for (String text : list("path-rules", Collections.emptyList())) {
      PathRule rule = PathRule.parse(text);
      if (rule == null) {
        warnings.add(
            property("path-rules") + ": \"" + text + "\" is not like /circuits/{circuit_id}");
        continue;
      }
      for (String key : rule.keys()) {
        if (!keyNames.contains(key)) {
          warnUnknownKey("path-rules", key);
        }
      }
      rules.add(rule);
    }
    return unmodifiableList(rules);
  }

  /** Host suffixes, CIDR blocks and words, without what is none of these. */
  List<String> egressAllow() {
    List<String> allowed = new ArrayList<>();
    for (String rule : list("egress.allow", DEFAULT_EGRESS)) {
      if (NOT_A_NAME.matcher(rule).matches() && AddressBlock.parse(rule) == null) {
        warnings.add(
            property("egress.allow")
                + ": \""
                + rule
                + "\" is not like 192.0.2.0/24, fc00::/7, .example.com or private");
      } else {
        allowed.add(rule);
      }
    }
    return unmodifiableList(allowed);
  }

  /** The names of {@code json-fields} at the top and the pointers of {@code json-rules}. */
  List<JsonRule> jsonRules() {
    List<JsonRule> rules = new ArrayList<>();
    String fields = take("json-fields");
    if (fields == null) {
      for (String key : keyNames) {
        rules.add(new JsonRule(key, Collections.singletonList(key)));
        if (!Names.camelCase(key).equals(key)) {
          rules.add(new JsonRule(key, Collections.singletonList(Names.camelCase(key))));
        }
      }
    } else {
      for (String field : split(fields)) {
        addJsonField(rules, field);
      }
    }
    rules.addAll(jsonPointers("json-rules"));
    return unmodifiableList(rules);
  }

  /** Rules such as {@code circuit_id=/order/circuit/id}. */
  List<JsonRule> jsonPointers(String setting) {
    return rules(setting, "circuit_id=/order/circuit/id", JsonRule::parse, JsonRule::key);
  }

  private void addJsonField(List<JsonRule> rules, String field) {
    int equals = field.indexOf('=');
    String key = equals < 0 ? keySpelled(field) : field.substring(0, equals).trim();
    if (key == null || !keyNames.contains(key)) {
      warnUnknownKey("json-fields", field);
    } else {
      rules.add(new JsonRule(key, Collections.singletonList(field.substring(equals + 1).trim())));
    }
  }

  private @Nullable String keySpelled(String name) {
    for (String key : keyNames) {
      if (Names.loose(key).equals(Names.loose(name))) {
        return key;
      }
    }
    return null;
  }

  /** Rules such as {@code orders*:circuit_id=/order/circuit/id}. */
  List<MessageRule> messageRules() {
    return rules(
        "message-rules", "orders:circuit_id=/circuit/id", MessageRule::parse, MessageRule::key);
  }

  /** Rules such as {@code circuit_id=circuits.id}. */
  List<JdbcRule> jdbcRules() {
    return rules("jdbc-rules", "circuit_id=circuits.id", JdbcRule::parse, JdbcRule::key);
  }

  private <R> List<R> rules(
      String setting,
      String example,
      Function<String, @Nullable R> parser,
      Function<R, String> keyOf) {
    List<R> rules = new ArrayList<>();
    for (String text : list(setting, Collections.emptyList())) {
      R rule = parser.apply(text);
      if (rule == null) {
        warnings.add(property(setting) + ": \"" + text + "\" is not like " + example);
      } else if (!keyNames.contains(keyOf.apply(rule))) {
        warnUnknownKey(setting, text, keyOf.apply(rule));
      } else {
        rules.add(rule);
      }
    }
    return unmodifiableList(rules);
  }

  private void warnUnknownKey(String setting, String item) {
    int equals = item.indexOf('=');
    warnUnknownKey(setting, item, equals < 0 ? item : item.substring(0, equals));
  }

  private void warnUnknownKey(String setting, String item, String name) {
    warnings.add(
        property(setting)
            + ": \""
            + item
            + "\" names no key; nearest: "
            + Names.nearest(name, keyNames));
  }

  String text(String setting, String standard) {
    String text = take(setting);
    return text == null ? standard : text;
  }

  List<String> list(String setting, List<String> standard) {
    String text = take(setting);
    return text == null ? standard : unmodifiableList(split(text));
  }

  private static List<String> split(String text) {
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
      warnings.add(property(setting) + ": cannot read " + path + "; keys with hmac are not sent");
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
    warnings.add(
        property(setting)
            + ": \""
            + text
            + "\" is not a number from "
            + least
            + " to "
            + most
            + "; using "
            + standard);
    return standard;
  }

  Settings.EnvironmentParent environmentParent() {
    String parent = oneOf("environment.parent", "keys", Arrays.asList("none", "keys", "full"));
    return Settings.EnvironmentParent.valueOf(parent.toUpperCase(Locale.ROOT));
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
    warnings.add(
        property(setting)
            + ": \""
            + text
            + "\" is none of "
            + allowed
            + "; nearest: "
            + Names.nearest(value, allowed)
            + "; using "
            + standard);
    return standard;
  }

  private @Nullable String take(String setting) {
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

  private static String property(String setting) {
    return Settings.PREFIX + setting;
  }
}
