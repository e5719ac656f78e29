// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.otlp.JsonFault;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Reads and writes the JSON of the intakes that are not OTLP. */
final class JsonBodies {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final ObjectReader PART =
      MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(200)
                .maxStringLength(Integer.MAX_VALUE)
                .build());
  }

  private JsonBodies() {}

  /** The object that the body holds; refused when it is broken JSON or something else. */
  static JsonNode object(byte[] body) throws Refusal {
    try {
      JsonNode root = MAPPER.readTree(body);
      if (root.isMissingNode()) {
        throw Refusal.badRequest("the body is empty");
      }
      if (!root.isObject()) {
        throw Refusal.invalid("the body is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw Refusal.badRequest("not JSON: " + JsonFault.of(e));
    } catch (IOException e) {
      throw Refusal.badRequest("not JSON: " + e.getMessage());
    }
  }

  /** Reads a body piece by piece; what it throws means the same as {@link #object} refusing. */
  interface Reading {
    void read(JsonParser parser) throws IOException, Refusal;
  }

  /**
   * Lets a large body be read without a tree of all of it. The parser stands at the start of the
   * object; the reading has to go to its end.
   */
  static void stream(byte[] body, Reading reading) throws Refusal {
    try (JsonParser parser = MAPPER.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw Refusal.badRequest("the body is empty");
      }
      if (first == JsonToken.START_OBJECT) {
        reading.read(parser);
      } else {
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw Refusal.badRequest("not JSON: something follows the first value");
      }
      if (first != JsonToken.START_OBJECT) {
        throw Refusal.invalid("the body is not a JSON object");
      }
    } catch (JsonProcessingException e) {
      throw Refusal.badRequest("not JSON: " + JsonFault.of(e));
    } catch (IOException e) {
      throw Refusal.badRequest("not JSON: " + e.getMessage());
    }
  }

  /** The value at which the parser stands, as a tree. */
  static JsonNode tree(JsonParser parser) throws IOException {
    return PART.readTree(parser);
  }

  static Answer answer(int status, Map<String, ?> members) {
    return new Answer(status, Answer.JSON, write(members));
  }

  /** RFC 9457. */
  static Answer problem(Refusal refusal) {
    int status = refusal.kind().httpStatus;
    return new Answer(
        status,
        Answer.PROBLEM,
        write(
            Map.of(
                "type",
                "about:blank",
                "title",
                refusal.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                "status",
                status,
                "detail",
                refusal.text())));
  }

  private static byte[] write(Map<String, ?> members) {
    try {
      return MAPPER.writeValueAsBytes(members);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts and numbers is JSON", e);
    }
  }
}
