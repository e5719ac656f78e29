// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import static java.util.Collections.unmodifiableList;

import io.correlationstation.agent.settings.KeySettings.Egress;
import io.correlationstation.correlation.CorrelationKey;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.jspecify.annotations.Nullable;

/** Reads the keys, the rules that find them and where they may go. Used once. */
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

  private final SettingValues values;
  private final List<String> keyNames;
  private final List<KeySettings> keys = new ArrayList<>();

  SettingsReader(SettingValues values) {
    this.values = values;
    this.keyNames = keyNames();
    for (String name : keyNames) {
      keys.add(key(name));
    }
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
    for (String name : values.list("keys", defaults)) {
      if (!KEY_NAME.matcher(name).matches()) {
        values.warn("keys", "\"" + name + "\" is not a name of letters, digits, _ and .");
      } else if (names.size() == MAX_KEYS) {
        values.warn("keys", "more than " + MAX_KEYS + " keys, \"" + name + "\" left out");
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
        values.text(prefix + "attribute", name),
        values.text(prefix + "mdc", name),
        values.pattern(prefix + "pattern"),
        values.number(prefix + "max-length", 128, 1, 4096),
        Egress.valueOf(
            values
                .oneOf(prefix + "egress", "send", Arrays.asList("send", "drop", "hmac"))
                .toUpperCase(Locale.ROOT)));
  }

  private List<String> headers(String setting, String key) {
    List<String> standard = Collections.singletonList(headerOf(key));
    List<String> headers = new ArrayList<>();
    for (String header : values.list(setting, standard)) {
      if (HEADER_NAME.matcher(header).matches()) {
        headers.add(header);
      } else {
        values.warn(setting, "\"" + header + "\" is not a header name");
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
    String text = values.take("query-parameters");
    if (text == null) {
      return Collections.unmodifiableMap(standard);
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String item : SettingValues.split(text)) {
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
    for (String text : values.list("path-rules", Collections.emptyList())) {
      PathRule rule = PathRule.parse(text);
      if (rule == null) {
        values.warn("path-rules", "\"" + text + "\" is not like /circuits/{circuit_id}");
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
    for (String rule : values.list("egress.allow", DEFAULT_EGRESS)) {
      if (NOT_A_NAME.matcher(rule).matches() && AddressBlock.parse(rule) == null) {
        values.warn(
            "egress.allow",
            "\"" + rule + "\" is not like 192.0.2.0/24, fc00::/7, .example.com or private");
      } else {
        allowed.add(rule);
      }
    }
    return unmodifiableList(allowed);
  }

  /** The names of {@code json-fields} at the top and the pointers of {@code json-rules}. */
  List<JsonRule> jsonRules() {
    List<JsonRule> rules = new ArrayList<>();
    String fields = values.take("json-fields");
    if (fields == null) {
      for (String key : keyNames) {
        rules.add(new JsonRule(key, Collections.singletonList(key)));
        if (!Names.camelCase(key).equals(key)) {
          rules.add(new JsonRule(key, Collections.singletonList(Names.camelCase(key))));
        }
      }
    } else {
      for (String field : SettingValues.split(fields)) {
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
    for (String text : values.list(setting, Collections.emptyList())) {
      R rule = parser.apply(text);
      if (rule == null) {
        values.warn(setting, "\"" + text + "\" is not like " + example);
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
    values.warn(
        setting, "\"" + item + "\" names no key; nearest: " + Names.nearest(name, keyNames));
  }

  Settings.EnvironmentParent environmentParent() {
    String parent =
        values.oneOf("environment.parent", "keys", Arrays.asList("none", "keys", "full"));
    return Settings.EnvironmentParent.valueOf(parent.toUpperCase(Locale.ROOT));
  }
}
