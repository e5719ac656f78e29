// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import org.jspecify.annotations.Nullable;

/**
 * Where messages of a topic hold a key: at a place of their JSON payload, or in a header.
 * Immutable.
 */
public final class MessageRule {

  private final TopicPattern topic;
  private final String key;
  private final @Nullable JsonRule payload;
  private final @Nullable String header;

  private MessageRule(
      TopicPattern topic, String key, @Nullable JsonRule payload, @Nullable String header) {
    this.topic = topic;
    this.key = key;
    this.payload = payload;
    this.header = header;
  }

  /**
   * Parses {@code orders*:circuit_id=/order/circuit/id} or {@code orders:circuit_id=circuit-ref},
   * the latter naming a header; null for anything else.
   */
  static @Nullable MessageRule parse(String text) {
    int equals = text.indexOf('=');
    int colon = text.lastIndexOf(':', equals);
    if (equals < 0 || colon < 1) {
      return null;
    }
    TopicPattern topic = new TopicPattern(text.substring(0, colon).trim());
    String key = text.substring(colon + 1, equals).trim();
    String place = text.substring(equals + 1).trim();
    JsonRule payload = JsonRule.parse(text.substring(colon + 1));
    if (key.isEmpty() || place.isEmpty() || (payload == null && place.startsWith("/"))) {
      return null;
    }
    return new MessageRule(topic, key, payload, payload == null ? place : null);
  }

  /** Topics, queues or exchanges whose messages it is about. */
  public TopicPattern topic() {
    return topic;
  }

  /** Name of the key. */
  public String key() {
    return key;
  }

  /** Where the payload holds the key, or null when a header does. */
  public @Nullable JsonRule payload() {
    return payload;
  }

  /** The header that holds the key, or null when the payload does. */
  public @Nullable String header() {
    return header;
  }
}
