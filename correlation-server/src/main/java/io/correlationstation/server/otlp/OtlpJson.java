// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * Converts OTLP/JSON to the protobuf bytes of the same request.
 *
 * <p>As the specification says: ids in hex of any case, 64-bit numbers as text or number, enums as
 * numbers, unknown members ignored, null is absent. Beyond it, as the Collector does: snake_case
 * names and enum names. Numbers never pass through floating point.
 *
 * <p>A value that does not fit (wrong type, out of range, not hex, nested too deep) rejects the
 * item it stands in; the rest is kept. Ids of the wrong length are converted as they are: {@link
 * OtlpSieve} judges them, for both encodings. A log record's unreadable id becomes an attribute of
 * the same name.
 */
public final class OtlpJson {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(1000)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /**
   * A converted request.
   *
   * @param payload the request as protobuf, without the rejected items
   * @param items how many items it holds
   * @param rejected what was left out
   * @param recognized false when the object had members but none that the request knows
   */
  public record Converted(byte[] payload, int items, Rejected rejected, boolean recognized) {}

  private OtlpJson() {}

  /** Converts an {@code ExportTraceServiceRequest}. */
  public static Converted traces(byte[] json) throws MalformedOtlpException {
    return convert(json, Shape.TRACES);
  }

  /** Converts an {@code ExportLogsServiceRequest}. */
  public static Converted logs(byte[] json) throws MalformedOtlpException {
    return convert(json, Shape.LOGS);
  }

  /** Converts an {@code ExportMetricsServiceRequest}. */
  public static Converted metrics(byte[] json) throws MalformedOtlpException {
    return convert(json, Shape.METRICS);
  }

  private static Converted convert(byte[] json, Shape request) throws MalformedOtlpException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return new JsonMessages(parser, json.length / 2).request(request);
    } catch (JsonProcessingException e) {
      throw new MalformedOtlpException("not JSON: " + JsonFault.of(e));
    } catch (IOException e) {
      throw new MalformedOtlpException("not JSON: " + e.getMessage());
    }
  }
}
