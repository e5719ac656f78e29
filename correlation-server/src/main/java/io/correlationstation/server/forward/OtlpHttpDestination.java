// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes frames as they are: Tempo, a Collector, any backend with OTLP over HTTP. */
final class OtlpHttpDestination implements Destination {

  static final String TENANT_HEADER = "X-Scope-OrgID";

  private final DestinationConfig config;
  private final HttpSender http;
  private final OtlpResponses responses;

  OtlpHttpDestination(DestinationConfig config, Clock clock) {
    this.config = config;
    this.http = new HttpSender(config);
    this.responses = new OtlpResponses(clock);
  }

  @Override
  public Prepared prepare(List<Frame> frames) {
    return new Prepared(OtlpPacker.pack(frames, config.limits()), List.of());
  }

  @Override
  public Verdict send(Batch batch) throws IOException, InterruptedException {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "application/x-protobuf");
    if (batch.tenant() != null) {
      headers.put(TENANT_HEADER, batch.tenant());
    }
    List<ByteBuffer> body =
        batch instanceof OtlpBatch otlp
            ? otlp.parts().stream().map(part -> ByteBuffer.wrap(part.payload())).toList()
            : List.of(ByteBuffer.wrap(batch.payload()));
    Signal signal = batch.signal();
    return responses.judge(http.post(Endpoints.otlp(config.endpoint(), signal), body, headers));
  }

  @Override
  public void close() {
    http.close();
  }
}
