// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a running server's API for the commands that look at what it knows. */
final class ServerClient {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int NOT_FOUND = 404;

  private final URI server;
  private final @Nullable String authorization;

  /** By HTTP/1.1: the JDK's client can lose its place in what comes at once behind an upgrade. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  private final ObjectMapper json = new ObjectMapper();

  private ServerClient(URI server, @Nullable String authorization) {
    this.server = server;
    this.authorization = authorization;
  }

  /**
   * A client with the credentials of the environment, {@code BASIC_AUTH_USER} and {@code
   * BASIC_AUTH_PASS}, if there are any.
   *
   * @throws SettingException when the address is none of HTTP
   */
  static ServerClient of(URI server, Map<String, String> environment) {
    boolean http = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
    if (!http || server.getHost() == null) {
      throw new SettingException("not an address such as http://127.0.0.1:8080: " + server);
    }
    String user = environment.get("BASIC_AUTH_USER");
    String password = environment.get("BASIC_AUTH_PASS");
    String authorization =
        user == null || password == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    return new ServerClient(server, authorization);
  }

  /**
   * The answer to a GET.
   *
   * @return null when the server knows of no such thing
   * @throws ConnectException when it can't be reached
   * @throws IOException when it answers anything but 200 and 404, or no JSON; the message says what
   */
  @Nullable JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path)).timeout(ANSWER);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> answer;
    try {
      answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException | HttpTimeoutException e) {
      throw new ConnectException("no server answers at " + server);
    }
    if (answer.statusCode() == NOT_FOUND) {
      return null;
    }
    if (answer.statusCode() != 200) {
      throw new IOException(server + " answered " + answer.statusCode() + " to " + path);
    }
    try {
      return json.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new IOException(server + " did not answer with JSON to " + path, e);
    }
  }
}
