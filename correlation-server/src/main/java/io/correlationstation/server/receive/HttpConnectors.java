// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.io.IOException;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Listeners for HTTP/1.1 and HTTP/2, in plain text (h2c) or over TLS (ALPN). */
final class HttpConnectors {

  private HttpConnectors() {}

  static ServerConnector create(
      Server server, HttpConfiguration http, ReceiveConfig config, int port) throws IOException {
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    TlsFiles tls = config.tls();
    ServerConnector connector =
        tls == null
            ? new ServerConnector(
                server, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http))
            : secure(server, http, tls);
    connector.setHost(config.bind());
    connector.setPort(port);
    connector.setIdleTimeout(config.idleTimeout().toMillis());
    return connector;
  }

  private static ServerConnector secure(Server server, HttpConfiguration http, TlsFiles tls)
      throws IOException {
    SslContextFactory.Server ssl = new SslContextFactory.Server();
    ssl.setSslContext(TlsContext.create(tls));
    ssl.setNeedClientAuth(tls.clientCa() != null);
    http.addCustomizer(new SecureRequestCustomizer(false)); // clients come by address
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol("http/1.1");
    return new ServerConnector(
        server,
        new SslConnectionFactory(ssl, alpn.getProtocol()),
        alpn,
        new HTTP2ServerConnectionFactory(http),
        new HttpConnectionFactory(http));
  }
}
