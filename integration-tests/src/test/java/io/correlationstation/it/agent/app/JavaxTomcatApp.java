// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * A servlet of the {@code javax} kind on Tomcat 9. Compiled against the Tomcat of today, hence the
 * servlet is added by its name.
 */
public final class JavaxTomcatApp {

  private static final HttpClient client = HttpClient.newHttpClient();

  private JavaxTomcatApp() {}

  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(new File(System.getProperty("java.io.tmpdir"), "tomcat9-it").getPath());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "bodies", Bodies.class.getName());
    context.addServletMappingDecoded("/*", "bodies");
    tomcat.start();
    System.out.println("PORT " + tomcat.getConnector().getLocalPort());
    tomcat.getServer().await();
  }

  /** Reads its body as a stream, a reader or a form. */
  public static final class Bodies extends HttpServlet {

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
        default:
          return request.getParameter("circuit_id");
      }
    }
  }
}
