// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.stitch.Handoff;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  static String text(Handoff handoff) {
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
   * The decisions of one frame as they are written.
   *
   * @throws IllegalArgumentException when one is not readable
   */
  public static List<HandoffLine> lines(byte[] payload) {
    List<HandoffLine> lines = new ArrayList<>();
    try (JsonParser json = MAPPER.getFactory().createParser(payload)) {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        lines.add(new LineReader(payload, json).read());
      }
      if (json.currentToken() != null) {
        throw new IllegalArgumentException("no handoff: " + json.currentToken());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("a handoff is not readable", e);
    }
    return lines;
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

  /** Reads one object and passes over what is only for people. */
  private static final class LineReader {

    private final byte[] payload;
    private final JsonParser json;
    private @Nullable String id;
    private @Nullable String parentTraceId;
    private @Nullable String childTraceId;
    private long childStartNanos;
    private double confidence;
    private Handoff.@Nullable State state;
    private @Nullable String supersedes;

    LineReader(byte[] payload, JsonParser json) {
      this.payload = payload;
      this.json = json;
    }

    /** The parser is at the start of the object, and then at its end. */
    HandoffLine read() throws IOException {
      int start = (int) json.currentTokenLocation().getByteOffset();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        member(name);
      }
      int end = (int) json.currentLocation().getByteOffset();
      if (id == null || parentTraceId == null || childTraceId == null || state == null) {
        throw new IllegalArgumentException("a handoff without id, state or ends");
      }
      return new HandoffLine(
          id,
          parentTraceId,
          childTraceId,
          childStartNanos,
          confidence,
          state,
          supersedes,
          new String(payload, start, end - start, UTF_8));
    }

    private void member(String name) throws IOException {
      switch (name) {
        case "id" -> id = json.getValueAsString();
        case "confidence" -> confidence = json.getDoubleValue();
        case "state" -> state = Handoff.State.valueOf(json.getText());
        case "supersedes" -> supersedes = json.getValueAsString();
        case "parent" -> end(false);
        case "child" -> end(true);
        default -> json.skipChildren();
      }
    }

    private void end(boolean child) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("traceId")) {
          String traceId = json.getValueAsString();
          childTraceId = child ? traceId : childTraceId;
          parentTraceId = child ? parentTraceId : traceId;
        } else if (child && name.equals("startNanos")) {
          childStartNanos = json.getLongValue();
        } else {
          json.skipChildren();
        }
      }
    }
  }
}
