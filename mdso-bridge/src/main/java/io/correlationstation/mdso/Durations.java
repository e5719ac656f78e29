// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as the settings and the API write them: {@code 5s 1m 1h 1d 1w}. */
final class Durations {

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhdw])");

  /** Seconds of each unit, the greatest first. */
  private static final Map<Character, Long> UNITS = units();

  private Durations() {}

  private static Map<Character, Long> units() {
    Map<Character, Long> units = new LinkedHashMap<>();
    units.put('w', 604_800L);
    units.put('d', 86_400L);
    units.put('h', 3_600L);
    units.put('m', 60L);
    units.put('s', 1L);
    return units;
  }

  /** In the greatest unit that gives a whole number; what {@link #parse} reads. */
  static String text(Duration duration) {
    long seconds = duration.toSeconds();
    for (Map.Entry<Character, Long> unit : UNITS.entrySet()) {
      if (seconds % unit.getValue() == 0) {
        return seconds / unit.getValue() + "" + unit.getKey();
      }
    }
    return seconds + "s";
  }

  /** Returns null when the text is no positive duration. */
  static @Nullable Duration parse(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long count = Long.parseLong(matcher.group(1));
    if (count == 0) {
      return null;
    }
    return Duration.ofSeconds(
        count * Objects.requireNonNull(UNITS.get(matcher.group(2).charAt(0)), "unit"));
  }
}
