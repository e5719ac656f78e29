// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T-10: Tempo by gRPC, against a real gRPC server. */
class OtlpGrpcForwardingTest {

  private static final Metadata.Key<String> TENANT =
      Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path dir;

  private final List<String> names = new CopyOnWriteArrayList<>();
  private final List<String> tenants = new CopyOnWriteArrayList<>();
  private final Deque<Status> script = new ArrayDeque<>();
  private Server server;
  private ForwarderFixture forwarder;

  @BeforeEach
  void start() throws IOException {
    MethodDescriptor<byte[], byte[]> export =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("opentelemetry.proto.collector.trace.v1.TraceService")
            .addMethod(
                export,
                ServerCalls.asyncUnaryCall(
                    (request, response) -> {
                      Status fault = script.pollFirst();
                      if (fault != null) {
                        response.onError(fault.asRuntimeException());
                        return;
                      }
                      take(request);
                      response.onNext(new byte[0]);
                      response.onCompleted();
                    }))
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(service, new TenantReader()))
            .build()
            .start();
    forwarder =
        new ForwarderFixture(
                dir,
                ForwarderFixture.quick(
                    DestinationConfig.tempoGrpc("127.0.0.1:" + server.getPort())))
            .start();
  }

  private void take(byte[] request) {
    try {
      ExportTraceServiceRequest.parseFrom(request)
          .getResourceSpansList()
          .forEach(
              resource ->
                  resource
                      .getScopeSpansList()
                      .forEach(
                          scope ->
                              scope.getSpansList().forEach(span -> names.add(span.getName()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    forwarder.close();
    server.shutdownNow();
  }

  @Test
  void t10_tempoOverGrpc_takesTracesWithTheirTenant() {
    forwarder.append(Frames.traces(Map.of("x-scope-orgid", "north"), "a", "b"), Frames.logs("x"));

    forwarder.drain("tempo");

    assertThat(names).containsExactly("a", "b");
    assertThat(tenants).containsExactly("north");
    assertThat(forwarder.metric("corr_export_delivered_items", "tempo")).isEqualTo(2);
  }

  @Test
  void forward_failuresThatMayPass_sendAgain() {
    script.add(Status.UNAVAILABLE);
    script.add(Status.RESOURCE_EXHAUSTED);
    script.add(Status.DEADLINE_EXCEEDED);

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    assertThat(names).containsExactly("a");
    assertThat(forwarder.metric("export_attempts", "tempo", "retry")).isEqualTo(3);
  }

  @Test
  void forward_itemRefused_isFoundByBisection() throws IOException {
    script.add(Status.INVALID_ARGUMENT);
    script.add(Status.INVALID_ARGUMENT);

    forwarder.append(Frames.traces("bad", "good"));
    forwarder.drain("tempo");

    assertThat(names).containsExactly("good");
    assertThat(forwarder.letters("tempo"))
        .extracting(DeadLetter::reason)
        .containsExactly("INVALID_ARGUMENT");
  }

  @Test
  void forward_nobodyListens_retries() {
    server.shutdownNow();

    forwarder.append(Frames.traces("a"));

    await().until(() -> forwarder.status("tempo").state() == DestinationStatus.State.RETRYING);
    assertThat(forwarder.status("tempo").reason()).isEqualTo("UNAVAILABLE");
  }

  private final class TenantReader implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, io.grpc.ServerCallHandler<Q, A> next) {
      String tenant = headers.get(TENANT);
      if (tenant != null) {
        tenants.add(tenant);
      }
      return next.startCall(call, headers);
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
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
