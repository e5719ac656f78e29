// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArdaClientTest {

  @ParameterizedTest
  @CsvSource({
    "'', /arda/api/v1/topology",
    "/, /arda/api/v1/topology",
    "/proxy, /proxy/arda/api/v1/topology"
  })
  void requireTopology_anyBase_keepsItsPathAndEncodesTheCircuit(String base, String expected)
      throws Exception {
    List<URI> calls = new CopyOnWriteArrayList<>();
    HttpServer arda =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    arda.createContext(
        "/",
        exchange -> {
          calls.add(exchange.getRequestURI());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    arda.start();
    try {
      URI url = URI.create("http://127.0.0.1:" + arda.getAddress().getPort() + base);

      new ArdaClient(url).requireTopology("80/L1XX/000001//TEST");

      assertThat(calls)
          .containsExactly(URI.create(expected + "?circuit_id=80%2FL1XX%2F000001%2F%2FTEST"));
    } finally {
      arda.stop(0);
    }
  }
}
