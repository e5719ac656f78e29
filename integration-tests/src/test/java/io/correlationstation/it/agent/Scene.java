// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** An application under test, the service that it calls, and the sink of its telemetry. */
final class Scene implements AutoCloseable {

  final OtlpSink sink = new OtlpSink();
  final Downstream downstream = new Downstream();
  final ChildJvm child;

  private final HttpClient client = HttpClient.newHttpClient();
  private final String url;

  private Scene(Class<?> main, BiFunction<ChildJvm.Builder, OtlpSink, ChildJvm.Builder> changes) {
    child =
        changes
            .apply(ChildJvm.of(main).sink(sink).environment("DOWNSTREAM", downstream.url()), sink)
            .start();
    url = "http://127.0.0.1:" + child.awaitLine("PORT ");
  }

  static Scene of(Class<?> main) {
    return new Scene(main, (builder, sink) -> builder);
  }

  static Scene of(Class<?> main, UnaryOperator<ChildJvm.Builder> changes) {
    return new Scene(main, (builder, sink) -> changes.apply(builder));
  }

  static Scene of(Class<?> main, BiFunction<ChildJvm.Builder, OtlpSink, ChildJvm.Builder> changes) {
    return new Scene(main, changes);
  }

  /** The port that the application listens on. */
  int port() {
    return URI.create(url).getPort();
  }

  /** Forgets what came so far. */
  void clear() {
    downstream.clear();
    sink.clear();
  }

  /** Sends a GET that has to be answered with 200; headers are names and values in turn. */
  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers));
  }

  /** Sends a POST that has to be answered with 200. */
  HttpResponse<String> post(String path, String contentType, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, contentType, BodyPublishers.ofString(body), headers);
  }

  HttpResponse<String> post(String path, String contentType, BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).header("Content-Type", contentType).POST(body));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(child.output()).isEqualTo(200);
    return response;
  }

  @Override
  public void close() {
    child.close();
    downstream.close();
    sink.close();
  }
}
