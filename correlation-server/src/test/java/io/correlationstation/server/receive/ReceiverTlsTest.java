// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.journal.Signal;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceiverTlsTest {

  @TempDir static Path directory;

  private static TestCertificates rsa;
  private static TestCertificates ec;
  private static TestCertificates client;

  @BeforeAll
  static void certificates() throws Exception {
    rsa = new TestCertificates(directory, "rsa", "RSA");
    ec = new TestCertificates(directory, "ec", "EC");
    client = new TestCertificates(directory, "client", "EC");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void post_overTls_is200(HttpClient.Version version) throws Exception {
    try (Receiver receiver = start(rsa, false)) {
      HttpResponse<byte[]> response = post(receiver, version, rsa.client(null));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.version()).isEqualTo(version);
    }
  }

  @Test
  void post_overTlsWithEllipticKey_is200() throws Exception {
    try (Receiver receiver = start(ec, false)) {
      assertThat(post(receiver, HttpClient.Version.HTTP_1_1, ec.client(null)).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void post_mutualTls_needsTheClientsCertificate() throws Exception {
    try (Receiver receiver = start(rsa, true)) {
      assertThat(post(receiver, HttpClient.Version.HTTP_1_1, rsa.client(client)).statusCode())
          .isEqualTo(200);
      assertThatThrownBy(() -> post(receiver, HttpClient.Version.HTTP_1_1, rsa.client(null)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> post(receiver, HttpClient.Version.HTTP_1_1, rsa.client(ec)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void export_mutualTls_needsTheClientsCertificate() throws Exception {
    try (Receiver receiver = start(rsa, true);
        GrpcClient known = grpc(receiver, client);
        GrpcClient unknown = grpc(receiver, null)) {
      assertThat(known.export(Signal.TRACES, Otlp.request(Signal.TRACES))).isEmpty();
      assertThatThrownBy(() -> unknown.export(Signal.TRACES, Otlp.request(Signal.TRACES)))
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void start_R75_filesThatAreWrong_areNamed() throws Exception {
    Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "no key");
    Path missing = directory.resolve("missing.pem");

    assertThatThrownBy(() -> start(new TlsFiles(rsa.certificate, nonsense, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--tls-cert")
        .hasMessageContaining("nonsense.pem");
    assertThatThrownBy(() -> start(new TlsFiles(missing, rsa.key, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--tls-cert")
        .hasMessageContaining("missing.pem");
    assertThatThrownBy(() -> start(new TlsFiles(rsa.certificate, rsa.key, nonsense)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--tls-cert")
        .hasMessageContaining("nonsense.pem");
  }

  private static Receiver start(TestCertificates own, boolean mutual) throws IOException {
    return start(new TlsFiles(own.certificate, own.key, mutual ? client.certificate : null));
  }

  private static Receiver start(TlsFiles files) throws IOException {
    ReceiveConfig config =
        ReceiveConfig.builder().otlpHttpPort(0).otlpGrpcPort(0).tls(files).build();
    return Receiver.start(config, new FakeJournal(), new PrometheusRegistry());
  }

  private static HttpResponse<byte[]> post(
      Receiver receiver, HttpClient.Version version, SSLContext context) throws Exception {
    return HttpClient.newBuilder()
        .version(version)
        .sslContext(context)
        .build()
        .send(
            HttpRequest.newBuilder(
                    URI.create("https://127.0.0.1:" + receiver.otlpHttpPort() + "/v1/traces"))
                .header("Content-Type", OtlpDialect.PROTOBUF)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Otlp.request(Signal.TRACES)))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static GrpcClient grpc(Receiver receiver, @Nullable TestCertificates own)
      throws Exception {
    SslContextBuilder ssl = GrpcSslContexts.forClient().trustManager(rsa.certificate.toFile());
    if (own != null) {
      ssl.keyManager(own.certificate.toFile(), own.key.toFile());
    }
    return new GrpcClient(
        NettyChannelBuilder.forAddress("127.0.0.1", receiver.otlpGrpcPort())
            .sslContext(ssl.build()));
  }
}
