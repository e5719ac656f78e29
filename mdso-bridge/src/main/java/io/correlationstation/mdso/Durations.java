// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as the settings and the API write them: {@code 5s 1m 1h 1d 1w}. */
final class Durations {

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhdw])");

  private Durations() {}

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
    return switch (matcher.group(2)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      default -> Duration.ofDays(7 * count);
    };
  }
}
