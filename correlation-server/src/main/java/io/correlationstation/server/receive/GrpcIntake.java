// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.OtlpAnswers;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC for the three signals. Messages are taken as bytes, without generated classes, and read
 * exactly as the protobuf bodies of OTLP/HTTP, so that both transports write the same frames.
 */
final class GrpcIntake {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TENANT =
      Metadata.Key.of(Delivery.TENANT, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final String TRANSPORT = "grpc";

  /** Prints a stack trace for every message over the limit; held, as a logger's level is weak. */
  private static final java.util.logging.Logger NETTY_STREAM_LOGGER =
      java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream");

  static {
    NETTY_STREAM_LOGGER.setLevel(java.util.logging.Level.OFF);
  }

  private final ReceiveConfig config;
  private final Intake intake;
  private final ReceiveMetrics metrics;
  private final LongSupplier nowNanos;
  private final ExecutorService workers;
  private final MethodDescriptor.Marshaller<GrpcMessage> requests;
  private final Server server;

  GrpcIntake(
      ReceiveConfig config,
      Intake intake,
      ReceiveMetrics metrics,
      ByteBudget budget,
      LongSupplier nowNanos)
      throws IOException {
    this.config = config;
    this.intake = intake;
    this.metrics = metrics;
    this.nowNanos = nowNanos;
    AtomicInteger number = new AtomicInteger();
    workers =
        Executors.newFixedThreadPool(
            Math.max(4, Runtime.getRuntime().availableProcessors()),
            task -> new Thread(task, "grpc-intake-" + number.getAndIncrement()));
    requests = GrpcMessage.marshaller(config.maxBodyBytes(), budget);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.bind(), config.otlpGrpcPort()))
            .executor(workers)
            .maxInboundMessageSize(config.maxBodyBytes())
            .decompressorRegistry(GrpcCodec.registry(config.maxBodyBytes(), budget))
            .addStreamTracerFactory(GrpcInbound.factory(budget))
            .maxConnectionAge(config.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionAgeGrace(config.stopGrace().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(service("trace", "Trace", Signal.TRACES))
            .addService(service("logs", "Logs", Signal.LOGS))
            .addService(service("metrics", "Metrics", Signal.METRICS));
    if (config.tls() != null) {
      secure(builder, config.tls());
    }
    server = builder.build();
  }

  private static void secure(NettyServerBuilder builder, TlsFiles tls) throws IOException {
    try {
      SslContextBuilder ssl =
          SslContextBuilder.forServer(tls.certificate().toFile(), tls.key().toFile());
      if (tls.clientCa() != null) {
        ssl.trustManager(tls.clientCa().toFile()).clientAuth(ClientAuth.REQUIRE);
      }
      builder.sslContext(GrpcSslContexts.configure(ssl).build());
    } catch (IOException | RuntimeException e) {
      throw TlsContext.unusable(e);
    }
  }

  private ServerServiceDefinition service(String pack, String name, Signal signal) {
    String service = "opentelemetry.proto.collector." + pack + ".v1." + name + "Service";
    MethodDescriptor<GrpcMessage, byte[]> export =
        MethodDescriptor.<GrpcMessage, byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(service, "Export"))
            .setRequestMarshaller(requests)
            .setResponseMarshaller(new Responses())
            .build();
    OtlpDialect dialect = new OtlpDialect(signal);
    return ServerServiceDefinition.builder(service)
        .addMethod(export, (call, headers) -> start(call, headers, dialect))
        .build();
  }

  void start() throws IOException {
    server.start();
  }

  int port() {
    return server.getPort();
  }

  boolean listening() {
    return !server.isShutdown();
  }

  /** Lets calls in progress end and takes no new ones. */
  void drain() {
    server.shutdown();
  }

  void close(Duration grace) throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow();
      server.awaitTermination(1, TimeUnit.SECONDS);
    }
    workers.shutdown();
  }

  private ServerCall.Listener<GrpcMessage> start(
      ServerCall<GrpcMessage, byte[]> call, Metadata headers, OtlpDialect dialect) {
    Credentials credentials = config.credentials();
    if (credentials != null && !credentials.match(headers.get(AUTHORIZATION))) {
      refuse(call, dialect.signal(), Refusal.unauthenticated());
      return new ServerCall.Listener<>() {};
    }
    Export export = new Export(call, headers, dialect);
    GrpcInbound.whenRefused(refusal -> workers.execute(() -> export.end(refusal)));
    call.request(2); // one message, and the end behind it
    return export;
  }

  private void refuse(ServerCall<GrpcMessage, byte[]> call, Signal signal, Refusal refusal) {
    metrics.refused(signal, TRANSPORT, refusal);
    Metadata trailers = new Metadata();
    int code = refusal.kind().grpcCode;
    trailers.put(DETAILS, OtlpAnswers.status(code, refusal.text(), refusal.retryAfterSeconds()));
    close(call, Status.fromCodeValue(code).withDescription(refusal.text()), trailers);
  }

  private static void close(ServerCall<?, ?> call, Status status, Metadata trailers) {
    try {
      call.close(status, trailers);
    } catch (IllegalStateException e) {
      return; // the client was faster and is gone
    }
  }

  /** One call: waits for the message and its end, then for the journal, without a thread. */
  private final class Export extends ServerCall.Listener<GrpcMessage> {

    private final ServerCall<GrpcMessage, byte[]> call;
    private final Metadata headers;
    private final OtlpDialect dialect;
    private final AtomicBoolean ended = new AtomicBoolean();
    private @Nullable GrpcMessage message;

    Export(ServerCall<GrpcMessage, byte[]> call, Metadata headers, OtlpDialect dialect) {
      this.call = call;
      this.headers = headers;
      this.dialect = dialect;
    }

    @Override
    public void onMessage(GrpcMessage received) {
      message = received;
    }

    @Override
    public void onHalfClose() {
      GrpcMessage received = message;
      message = null;
      if (received == null) {
        end(Refusal.badRequest("a call without a message"));
      } else if (received.refusal() != null) {
        received.lease().close();
        end(received.refusal());
      } else {
        take(received);
      }
    }

    private void take(GrpcMessage received) {
      Delivery delivery;
      try {
        delivery = delivery(received.bytes());
      } catch (Refusal e) {
        received.lease().close();
        end(e);
        return;
      }
      intake
          .take(delivery, dialect)
          .whenCompleteAsync(
              (outcome, failure) -> {
                received.lease().close();
                if (failure == null) {
                  answer(dialect.success(delivery, outcome).body());
                } else {
                  end(Intake.refusal(failure));
                }
              },
              workers);
    }

    /** Refuses the call, unless it was answered; from any thread. */
    void end(Refusal refusal) {
      if (ended.compareAndSet(false, true)) {
        refuse(call, dialect.signal(), refusal);
      }
    }

    private Delivery delivery(byte[] body) throws Refusal {
      return new Delivery(
          dialect.signal(),
          TRANSPORT,
          OtlpDialect.PROTOBUF,
          body,
          Tenants.check(headers.get(TENANT)),
          null,
          null,
          nowNanos.getAsLong());
    }

    private void answer(byte[] response) {
      if (call.isCancelled() || !ended.compareAndSet(false, true)) {
        return; // stored, but its sender will send it again
      }
      try {
        call.sendHeaders(new Metadata());
        call.sendMessage(response);
        call.close(Status.OK, new Metadata());
      } catch (IllegalStateException e) {
        return; // cancelled in between
      }
    }

    @Override
    public void onCancel() {
      GrpcMessage received = message;
      if (received != null) {
        received.lease().close();
      }
      metrics.aborted(dialect.signal(), TRANSPORT);
    }
  }

  /** Responses are bytes already. */
  private static final class Responses implements MethodDescriptor.Marshaller<byte[]> {

    @Override
    public InputStream stream(byte[] response) {
      return new ByteArrayInputStream(response);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("only a client reads responses");
    }
  }
}
