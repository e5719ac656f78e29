// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Takes frames as they are, by OTLP over gRPC; the messages are never parsed. */
final class OtlpGrpcDestination implements Destination {

  private static final int MAX_ANSWER_BYTES = 4 << 20;
  private static final Map<Signal, MethodDescriptor<byte[], byte[]>> METHODS = methods();

  private final DestinationConfig config;
  private final ManagedChannel channel;

  OtlpGrpcDestination(DestinationConfig config) {
    this.config = config;
    boolean tls = config.endpoint().getScheme().equals("https");
    int port = config.endpoint().getPort();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(config.endpoint().getHost(), port < 0 ? 4317 : port)
            .maxInboundMessageSize(MAX_ANSWER_BYTES);
    this.channel = tls ? builder.useTransportSecurity().build() : builder.usePlaintext().build();
  }

  private static Map<Signal, MethodDescriptor<byte[], byte[]>> methods() {
    Map<Signal, MethodDescriptor<byte[], byte[]>> methods = new EnumMap<>(Signal.class);
    methods.put(Signal.TRACES, method("trace", "Trace"));
    methods.put(Signal.LOGS, method("logs", "Logs"));
    methods.put(Signal.METRICS, method("metrics", "Metrics"));
    return methods;
  }

  private static MethodDescriptor<byte[], byte[]> method(String signal, String service) {
    String name = "opentelemetry.proto.collector." + signal + ".v1." + service + "Service";
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(name, "Export"))
        .setRequestMarshaller(Bytes.INSTANCE)
        .setResponseMarshaller(Bytes.INSTANCE)
        .build();
  }

  @Override
  public Prepared prepare(List<Frame> frames) {
    return new Prepared(OtlpPacker.pack(frames, config.limits()), List.of());
  }

  @Override
  public Verdict send(Batch batch) throws IOException, InterruptedException {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(
            config.limits().timeout().toNanos(), TimeUnit.NANOSECONDS);
    if (config.gzip()) {
      options = options.withCompression("gzip");
    }
    Future<byte[]> answer =
        ClientCalls.futureUnaryCall(
            ClientInterceptors.intercept(
                    channel, MetadataUtils.newAttachHeadersInterceptor(headers(batch)))
                .newCall(method(batch), options),
            batch.payload());
    try {
      return OtlpResponses.delivered(answer.get(), "OK");
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException failure) {
        return GrpcResponses.judge(failure.getStatus(), failure.getTrailers());
      }
      throw new IOException(e.getCause());
    }
  }

  private static MethodDescriptor<byte[], byte[]> method(Batch batch) {
    MethodDescriptor<byte[], byte[]> method = METHODS.get(batch.signal());
    if (method == null) {
      throw new IllegalArgumentException("OTLP has no service for " + batch.signal());
    }
    return method;
  }

  private Metadata headers(Batch batch) {
    Metadata headers = new Metadata();
    config.headers().forEach((name, value) -> headers.put(key(name), value));
    if (batch.tenant() != null) {
      headers.put(key(OtlpPacker.TENANT), batch.tenant());
    }
    return headers;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Messages as the bytes they are. */
  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
