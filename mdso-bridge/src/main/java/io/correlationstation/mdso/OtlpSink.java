// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.io.IOException;

/**
 * Where the bridge hands over what it made: serialized OTLP requests, one per call.
 *
 * <p>Each method returns only once the request is acknowledged, that is, durable at the other end;
 * the bridge then never sends its content again, except after a crash. Called from several threads
 * at once. The arrays belong to the receiver.
 */
public interface OtlpSink {

  /** Takes an {@code ExportTraceServiceRequest}. */
  void traces(byte[] request) throws IOException;

  /** Takes an {@code ExportLogsServiceRequest}. */
  void logs(byte[] request) throws IOException;

  /** Takes an {@code ExportMetricsServiceRequest}. */
  void metrics(byte[] request) throws IOException;
}
