// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where settings are written down. Names are properties such as {@code otel.correlation.keys}. */
public interface SettingsSource {

  /** Returns the text of a setting, or null when it is not set or blank. */
  @Nullable String get(String property);

  /** Names that somebody set, as they were spelled: to find the ones that nobody knows. */
  Collection<String> names();

  /** Nothing is set. */
  static SettingsSource empty() {
    return new SettingsSource() {
      @Override
      public @Nullable String get(String property) {
        return null;
      }

      @Override
      public Collection<String> names() {
        return Collections.emptyList();
      }
    };
  }

  /**
   * A section of a declarative file, as maps, lists and scalars: {@code egress: {allow: [a, b]}} is
   * {@code egress.allow=a,b}, and {@code _} stands for {@code -} as well. Null is an empty section.
   * What it does not say, system properties and environment variables may.
   */
  static SettingsSource of(@Nullable Object section) {
    Map<String, String> flat = new LinkedHashMap<>();
    Section.flatten("", section, flat);
    return new SettingsSource() {
      @Override
      public @Nullable String get(String property) {
        for (Map.Entry<String, String> entry : flat.entrySet()) {
          if (Names.environment(entry.getKey()).equals(Names.environment(property))) {
            return entry.getValue();
          }
        }
        String text = System.getProperty(property, System.getenv(Names.environment(property)));
        return text == null || text.trim().isEmpty() ? null : text.trim();
      }

      @Override
      public Collection<String> names() {
        Set<String> names = namesOfProcess();
        names.addAll(flat.keySet());
        return names;
      }
    };
  }

  /** System properties, environment variables and whatever else the agent reads. */
  static SettingsSource of(ConfigProperties config) {
    return new SettingsSource() {
      @Override
      public @Nullable String get(String property) {
        String text = config.getString(property);
        return text == null || text.trim().isEmpty() ? null : text.trim();
      }

      @Override
      public Collection<String> names() {
        return namesOfProcess();
      }
    };
  }

  /** Names of ours among the system properties and environment variables. */
  static Set<String> namesOfProcess() {
    Set<String> names = new LinkedHashSet<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.toLowerCase(Locale.ROOT).startsWith(Settings.PREFIX)) {
        names.add(name);
      }
    }
    for (String name : System.getenv().keySet()) {
      if (name.startsWith(Settings.ENVIRONMENT_PREFIX)) {
        names.add(name);
      }
    }
    return names;
  }
}
