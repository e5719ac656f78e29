// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import org.jspecify.annotations.Nullable;

/** The name of a topic, queue or exchange, or how such names begin. Immutable. */
public final class TopicPattern {

  private final String text;
  private final boolean prefix;

  /** Takes a name; {@code *} at its end stands for anything. */
  public TopicPattern(String pattern) {
    prefix = pattern.endsWith("*");
    text = prefix ? pattern.substring(0, pattern.length() - 1) : pattern;
  }

  /** Whether a name fits; null is the empty name of the default exchange. */
  public boolean matches(@Nullable String name) {
    String topic = name == null ? "" : name;
    return prefix ? topic.startsWith(text) : topic.equals(text);
  }
}
