// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS against a server whose self-signed certificate is made anew for each test. */
class TrustTest {

  private static final char[] STORE_PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  private final ClientRig rig = new ClientRig();
  private HttpsServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
    rig.close();
  }

  @Test
  void call_certificateInTheFile_isTrusted() throws Exception {
    Path pem = serve("ip:127.0.0.1");
    rig.environment.put("MDSO_CA_FILE", pem.toString());

    try (MdsoClient client = rig.client()) {
      assertThat(client.resource("r-1")).isNotNull();
    }
  }

  @Test
  void call_certificateNotTrusted_fails() throws Exception {
    serve("ip:127.0.0.1");

    assertThatThrownBy(() -> rig.client().resource("r-1")).isInstanceOf(MdsoException.class);
  }

  @Test
  void call_trustedCertificateOfAnotherHost_fails() throws Exception {
    Path pem = serve("dns:mdso.example.com");
    rig.environment.put("MDSO_CA_FILE", pem.toString());

    assertThatThrownBy(() -> rig.client().resource("r-1")).isInstanceOf(MdsoException.class);
  }

  @Test
  void create_fileWithoutCertificate_saysSo() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    rig.environment.put("MDSO_CA_FILE", empty.toString());

    assertThatThrownBy(rig::client)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(empty.toString());
  }

  /** Starts a server with a fresh certificate for that name; gives the certificate as PEM. */
  private Path serve(String subjectName) throws Exception {
    Path store = folder.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=server",
                    "-ext",
                    "san=" + subjectName,
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    new String(STORE_PASSWORD)))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD);
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, STORE_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(
        "/",
        exchange -> {
          byte[] answer = "{\"token\":\"t\",\"id\":\"r-1\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    rig.environment.put("MDSO_URL", "https://127.0.0.1:" + server.getAddress().getPort());
    rig.environment.remove("MDSO_ALLOW_INSECURE");
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("server").getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    return Files.writeString(folder.resolve("server.pem"), pem);
  }
}
