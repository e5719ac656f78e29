// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.stitch.Ruling;
import java.io.IOException;
import java.util.List;

/** Rulings in the journal: one JSON object a line, its {@code type} told apart by name. */
public final class RulingLines {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addMixIn(Ruling.class, Typed.class)
          .build();

  private static final ObjectReader READER = MAPPER.readerFor(Ruling.class);

  private RulingLines() {}

  /** A ruling as the payload of a frame. */
  public static byte[] payload(Ruling ruling) {
    try {
      return (MAPPER.writerFor(Ruling.class).writeValueAsString(ruling) + "\n").getBytes(UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of values is always writable", e);
    }
  }

  /**
   * The rulings of one frame.
   *
   * @throws IllegalArgumentException when one is not readable
   */
  public static List<Ruling> parse(byte[] payload) {
    try (MappingIterator<Ruling> rulings = READER.readValues(payload)) {
      return rulings.readAll();
    } catch (IOException e) {
      throw new IllegalArgumentException("a ruling is not readable", e);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Ruling.OnHandoff.class, name = "handoff"),
    @JsonSubTypes.Type(value = Ruling.OnAlias.class, name = "alias")
  })
  private interface Typed {}
}
