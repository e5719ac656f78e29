// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.CodedInputStream;
import io.correlationstation.server.forward.Verdict.Outcome;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The response table of OTLP over gRPC.
 *
 * <pre>
 *   UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, DATA_LOSS   retry for ever
 *   RESOURCE_EXHAUSTED   retry, smaller; too large when it says so
 *   INTERNAL, UNKNOWN    as 500 over HTTP
 *   UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, NOT_FOUND   hold: a setting is wrong
 *   all others           an item is refused: bisect
 * </pre>
 */
final class GrpcResponses {

  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final String RETRY_INFO = "google.rpc.RetryInfo";

  private GrpcResponses() {}

  static Verdict judge(Status status, @Nullable Metadata trailers) {
    String code = status.getCode().name();
    String detail = status.getDescription() == null ? "" : status.getDescription();
    Duration delay = retryDelay(trailers);
    return switch (status.getCode()) {
      case OK -> Verdict.of(Outcome.DELIVERED, code, "");
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, DATA_LOSS ->
          Verdict.retry(code, delay, detail);
      case RESOURCE_EXHAUSTED ->
          detail.contains("larger than max")
              ? Verdict.of(Outcome.TOO_LARGE, code, detail)
              : new Verdict(Outcome.RETRY_SMALLER, code, delay, 0, detail);
      case INTERNAL, UNKNOWN -> new Verdict(Outcome.SERVER_ERROR, code, delay, 0, detail);
      case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, NOT_FOUND ->
          Verdict.of(Outcome.HOLD, code, detail);
      default -> Verdict.of(Outcome.POISON, code, detail);
    };
  }

  /**
   * The delay of a {@code RetryInfo} in the details, or null.
   *
   * <pre>
   *   Status { 3: details * }   details { 1: type URL, 2: RetryInfo { 1: delay } }
   *   delay { 1: seconds, 2: nanoseconds }
   * </pre>
   */
  static @Nullable Duration retryDelay(@Nullable Metadata trailers) {
    byte[] details = trailers == null ? null : trailers.get(DETAILS);
    if (details == null) {
      return null;
    }
    try {
      CodedInputStream status = CodedInputStream.newInstance(details);
      for (int tag = status.readTag(); tag != 0; tag = status.readTag()) {
        Duration delay = tag >>> 3 == 3 ? delayOf(status.readByteArray()) : skip(status, tag);
        if (delay != null) {
          return delay;
        }
      }
    } catch (IOException e) {
      // whatever these bytes are, they ask for no delay
    }
    return null;
  }

  private static @Nullable Duration delayOf(byte[] detail) throws IOException {
    String type = "";
    byte[] value = {};
    CodedInputStream any = CodedInputStream.newInstance(detail);
    for (int tag = any.readTag(); tag != 0; tag = any.readTag()) {
      switch (tag >>> 3) {
        case 1 -> type = any.readString();
        case 2 -> value = any.readByteArray();
        default -> any.skipField(tag);
      }
    }
    if (!type.endsWith(RETRY_INFO)) {
      return null;
    }
    CodedInputStream info = CodedInputStream.newInstance(value);
    for (int tag = info.readTag(); tag != 0; tag = info.readTag()) {
      if (tag >>> 3 == 1) {
        return duration(info.readByteArray());
      }
      info.skipField(tag);
    }
    return null;
  }

  private static Duration duration(byte[] message) throws IOException {
    long seconds = 0;
    int nanos = 0;
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case 1 -> seconds = in.readInt64();
        case 2 -> nanos = in.readInt32();
        default -> in.skipField(tag);
      }
    }
    return Duration.ofSeconds(Math.max(0, seconds), Math.max(0, nanos));
  }

  private static @Nullable Duration skip(CodedInputStream in, int tag) throws IOException {
    in.skipField(tag);
    return null;
  }
}
