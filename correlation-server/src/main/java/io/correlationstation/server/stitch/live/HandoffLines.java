// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.stitch.Handoff;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * Decisions in the journal: one JSON object a line, members and keys sorted, so that equal
 * decisions are equal bytes. Members that a later version added are passed over.
 */
public final class HandoffLines {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private static final ObjectReader READER = MAPPER.readerFor(Handoff.class);

  private HandoffLines() {}

  /** Decisions as the payload of a frame, or as a file. */
  public static byte[] payload(List<Handoff> handoffs) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Handoff handoff : handoffs) {
      lines.writeBytes(line(handoff));
    }
    return lines.toByteArray();
  }

  /** One decision, its line feed included. */
  static byte[] line(Handoff handoff) {
    return (text(handoff) + "\n").getBytes(UTF_8);
  }

  /** One decision without line feed, such as a store keeps. */
  public static String text(Handoff handoff) {
    try {
      return MAPPER.writeValueAsString(handoff);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a handoff can't be written: " + handoff.id(), e);
    }
  }

  /**
   * The decisions of one frame.
   *
   * @throws IllegalArgumentException when one is not readable
   */
  public static List<Handoff> parse(byte[] payload) {
    try (MappingIterator<Handoff> handoffs = READER.readValues(payload)) {
      return handoffs.readAll();
    } catch (IOException e) {
      throw new IllegalArgumentException("a handoff is not readable", e);
    }
  }

  /**
   * What {@link #text} wrote.
   *
   * @throws IllegalArgumentException when it is not readable
   */
  public static Handoff parse(String text) {
    try {
      return READER.readValue(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a handoff is not readable", e);
    }
  }
}
