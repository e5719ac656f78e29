// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.javalin.Javalin;
import io.javalin.http.Context;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.HexFormat;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/** A service on Javalin and Jetty that reads bodies in several ways and then calls downstream. */
public final class JavalinApp {

  private static final HttpClient client = HttpClient.newHttpClient();

  private JavalinApp() {}

  public static void main(String[] args) {
    HikariDataSource database = database();
    Javalin app =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.jetty.host = "127.0.0.1";
              config.http.maxRequestSize = 64L * 1024 * 1024;
              config.routes.post("/body", JavalinApp::wholeBody);
              config.routes.post("/reader", JavalinApp::reader);
              config.routes.post("/bytewise", JavalinApp::bytewise);
              config.jetty.modifyServletContextHandler(
                  handler -> {
                    ServletHolder async = new ServletHolder(new AsyncServlet());
                    async.setAsyncSupported(true);
                    handler.addServlet(async, "/async");
                  });
              config.routes.post("/form", JavalinApp::form);
              config.routes.get("/circuits/{id}", context -> call());
              config.routes.get("/jdbc/{how}/{id}", context -> jdbc(context, database));
            });
    app.start(0);
    System.out.println("PORT " + app.port());
  }

  private static void wholeBody(Context context) throws Exception {
    byte[] body = context.bodyAsBytes();
    call();
    context.result(digest(body));
  }

  private static void bytewise(Context context) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ServletInputStream in = context.req().getInputStream();
    for (int octet = in.read(); octet >= 0; octet = in.read()) {
      body.write(octet);
    }
    call();
    context.result(digest(body.toByteArray()));
  }

  private static void reader(Context context) throws Exception {
    StringBuilder body = new StringBuilder();
    BufferedReader reader = context.req().getReader();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      body.append((char) c);
    }
    call();
    context.result(digest(body.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private static void form(Context context) throws Exception {
    String value = context.req().getParameter("circuit_id");
    call();
    context.result(String.valueOf(value));
  }

  private static HikariDataSource database() {
    HikariConfig settings = new HikariConfig();
    settings.setJdbcUrl("jdbc:sqlite::memory:");
    settings.setMaximumPoolSize(1);
    settings.setConnectionInitSql(
        "CREATE TABLE IF NOT EXISTS circuits (id VARCHAR, number INTEGER, name VARCHAR)");
    return new HikariDataSource(settings);
  }

  private static void jdbc(Context context, HikariDataSource database) throws Exception {
    String sql =
        switch (context.pathParam("how")) {
          case "select" -> "SELECT name FROM circuits c WHERE c.name = 'x' AND c.id = ?";
          case "insert" -> "INSERT INTO circuits (name, id) VALUES ('new', ?)";
          case "number" -> "UPDATE circuits SET number = ?";
          default -> "SELECT id FROM circuits WHERE name = ?";
        };
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      String id = context.pathParam("id");
      if (sql.contains("number")) {
        statement.setLong(1, Long.parseLong(id));
      } else {
        statement.setString(1, id);
      }
      statement.execute();
    }
    call();
  }

  /** Reads without blocking, as a listener. */
  private static final class AsyncServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      AsyncContext async = request.startAsync();
      ServletInputStream in = request.getInputStream();
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      in.setReadListener(
          new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
              byte[] buffer = new byte[1000];
              while (in.isReady()) {
                int count = in.read(buffer);
                if (count < 0) {
                  return;
                }
                body.write(buffer, 0, count);
              }
            }

            @Override
            public void onAllDataRead() throws IOException {
              try {
                call();
                response.getOutputStream().print(digest(body.toByteArray()));
              } catch (InterruptedException | NoSuchAlgorithmException failure) {
                throw new IOException(failure);
              }
              async.complete();
            }

            @Override
            public void onError(Throwable failure) {
              async.complete();
            }
          });
    }
  }

  private static void call() throws IOException, InterruptedException {
    client.send(
        HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private static String digest(byte[] body) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
  }
}
