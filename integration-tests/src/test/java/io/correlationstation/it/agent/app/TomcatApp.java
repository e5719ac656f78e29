// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/** A servlet on Tomcat that reads its body as a stream, a reader or a form and calls downstream. */
public final class TomcatApp {

  private static final HttpClient client = HttpClient.newHttpClient();

  private TomcatApp() {}

  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(new File(System.getProperty("java.io.tmpdir"), "tomcat-it").getPath());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "bodies", new Bodies());
    context.addServletMappingDecoded("/*", "bodies");
    tomcat.start();
    System.out.println("PORT " + tomcat.getConnector().getLocalPort());
    tomcat.getServer().await();
  }

  private static final class Bodies extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String body = body(request);
      try {
        client.send(
            HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
            HttpResponse.BodyHandlers.discarding());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      }
      response.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }

    private static String body(HttpServletRequest request) throws IOException {
      switch (request.getPathInfo()) {
        case "/stream":
          return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        case "/lines":
          return request.getReader().lines().collect(Collectors.joining("\n"));
        case "/reader":
          return read(request.getReader());
        case "/parameters":
          return String.join(",", request.getParameterValues("circuit_id"));
        default:
          return request.getParameterMap().keySet().toString();
      }
    }

    private static String read(BufferedReader reader) throws IOException {
      StringBuilder body = new StringBuilder();
      char[] chars = new char[7];
      for (int count = reader.read(chars); count >= 0; count = reader.read(chars)) {
        body.append(chars, 0, count);
      }
      return body.toString();
    }
  }
}
