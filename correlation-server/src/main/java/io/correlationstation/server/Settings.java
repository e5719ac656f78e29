// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static java.util.Map.entry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of all settings: a flag wins over the environment, the environment over the default.
 *
 * <p>Reading a value checks it; what is wrong is told with the name of the setting, the value and
 * what would be right. A secret's value never appears in a message.
 */
final class Settings {

  /**
   * Variables with these prefixes are ours alone, so an unknown one is a mistake and stops the
   * start.
   */
  private static final List<String> OWN_PREFIXES = List.of("STATION_", "CORR_");

  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT]i?B?|B)?");

  private static final Map<Character, Integer> SIZE_SHIFT =
      Map.ofEntries(entry('K', 10), entry('M', 20), entry('G', 30), entry('T', 40));

  private final Map<Setting, String> values;
  private final Map<String, String> environment;

  private Settings(Map<Setting, String> values, Map<String, String> environment) {
    this.values = values;
    this.environment = environment;
  }

  /**
   * @param flags values from the command line
   * @param environment all variables of the process; those of other programs are ignored
   * @throws SettingException naming the first variable that looks like ours and is not
   */
  static Settings of(Map<Setting, String> flags, Map<String, String> environment) {
    environment.keySet().stream().sorted().forEach(Settings::requireKnown);
    Map<Setting, String> values =
        Arrays.stream(Setting.values())
            .filter(setting -> value(setting, flags, environment) != null)
            .collect(Collectors.toMap(s -> s, s -> value(s, flags, environment)));
    return new Settings(values, Map.copyOf(environment));
  }

  private static @Nullable String value(
      Setting setting, Map<Setting, String> flags, Map<String, String> environment) {
    String flag = flags.get(setting);
    if (flag != null) {
      return flag;
    }
    String variable = environment.get(setting.variable());
    return variable != null && !variable.isBlank() ? variable.strip() : setting.defaultValue();
  }

  private static void requireKnown(String variable) {
    if (OWN_PREFIXES.stream().anyMatch(variable::startsWith)
        && Setting.ofVariable(variable).isEmpty()) {
      throw new SettingException(
          "unknown variable " + variable + "; did you mean " + nearest(variable) + "?");
    }
  }

  private static String nearest(String variable) {
    return Names.nearest(variable, Arrays.stream(Setting.values()).map(Setting::variable).toList());
  }

  /** The environment, for parts that know their own variables. */
  Map<String, String> environment() {
    return environment;
  }

  @Nullable String text(Setting setting) {
    return values.get(setting);
  }

  String required(Setting setting) {
    String value = values.get(setting);
    if (value == null) {
      throw new SettingException(setting.variable() + " is not set: " + setting.meaning());
    }
    return value;
  }

  int port(Setting setting) {
    return (int) number(setting, 0, 65_535);
  }

  long number(Setting setting, long least, long most) {
    String value = required(setting);
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, together with what is out of range
    }
    throw wrong(setting, value, "a whole number from " + least + " to " + most);
  }

  /** A size such as {@code 8GiB}, {@code 512M} or {@code 1048576}; units are powers of 1024. */
  long bytes(Setting setting) {
    String value = required(setting);
    Matcher matcher = SIZE.matcher(value);
    if (!matcher.matches()) {
      throw wrong(setting, value, "a size such as 512MiB or 8GiB");
    }
    String unit = matcher.group(2);
    int shift = unit == null ? 0 : SIZE_SHIFT.getOrDefault(unit.charAt(0), 0);
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(setting, value, "less than 8 EiB");
    }
  }

  /** The same, of a setting that makes no sense below {@code leastMib} MiB. */
  long bytes(Setting setting, int leastMib) {
    long bytes = bytes(setting);
    if (bytes < (long) leastMib << 20) {
      throw wrong(setting, required(setting), "at least " + leastMib + "MiB");
    }
    return bytes;
  }

  Duration seconds(Setting setting) {
    return Duration.ofSeconds(number(setting, 1, 86_400));
  }

  boolean flag(Setting setting) {
    String value = required(setting).toLowerCase(Locale.ROOT);
    return switch (value) {
      case "true", "yes", "on", "1" -> true;
      case "false", "no", "off", "0" -> false;
      default -> throw wrong(setting, value, "true or false");
    };
  }

  Path path(Setting setting) {
    return Path.of(required(setting));
  }

  @Nullable Path optionalPath(Setting setting) {
    String value = values.get(setting);
    return value == null ? null : Path.of(value);
  }

  /** An absolute http or https URL, or null when not set. */
  @Nullable URI url(Setting setting) {
    String value = values.get(setting);
    if (value == null) {
      return null;
    }
    try {
      URI uri = URI.create(value);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw wrong(setting, value, "a URL that starts with http:// or https://");
  }

  List<String> list(Setting setting) {
    String value = values.get(setting);
    return value == null
        ? List.of()
        : Arrays.stream(value.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  /** {@code name=value} pairs; the message about a wrong pair leaves the value out. */
  Map<String, String> pairs(Setting setting) {
    return list(setting).stream()
        .map(
            pair -> {
              int equals = pair.indexOf('=');
              if (equals < 1) {
                throw new SettingException(
                    setting.variable() + ": name=value pairs are expected, comma-separated");
              }
              return entry(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
            })
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b));
  }

  String oneOf(Setting setting, List<String> allowed) {
    String value = required(setting).toLowerCase(Locale.ROOT);
    if (!allowed.contains(value)) {
      throw wrong(setting, value, Names.nearest(value, allowed) + " (of " + allowed + ")");
    }
    return value;
  }

  /** A value as it may be told: without the user and the password of a URL. */
  static String shown(String value) {
    return value.replaceAll("//[^/]*@", "//***@");
  }

  private static SettingException wrong(Setting setting, String value, String right) {
    String name = setting.flag() == null ? setting.variable() : setting.flag();
    String shown = setting.flag() == null ? "" : " \"" + shown(value) + "\"";
    return new SettingException(
        name + " (" + setting.variable() + "): wrong value" + shown + "; expected " + right);
  }
}
