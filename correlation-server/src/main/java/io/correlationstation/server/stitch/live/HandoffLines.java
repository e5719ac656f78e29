// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
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
 * decisions are equal bytes.
 */
public final class HandoffLines {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
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
    try {
      return (MAPPER.writeValueAsString(handoff) + "\n").getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a handoff can't be written: " + handoff.id(), e);
    }
  }

  static List<Handoff> parse(byte[] payload) throws IOException {
    try (MappingIterator<Handoff> handoffs = READER.readValues(payload)) {
      return handoffs.readAll();
    }
  }
}
