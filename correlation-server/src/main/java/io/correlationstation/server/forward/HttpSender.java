// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Posts to one destination over HTTP/1.1 with keep-alive.
 *
 * <p>The timeout covers the whole exchange: the JDK client's own one ends at the response headers.
 * A connection that breaks during an exchange is tried once more at once, since it usually is an
 * idle one that the other side had closed. Of redirects only 307 and 308 to the same host are
 * followed. Host names are resolved again for each new connection, within the JVM's cache of 30 s.
 */
final class HttpSender implements AutoCloseable {

  /** An answer is an empty message or a sentence for people; the rest of it is not kept. */
  static final int MAX_ANSWER_BYTES = 64 << 10;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_REDIRECTS = 3;

  /** Shorter values of headers are no secrets, and too common to be left out of a text. */
  private static final int MIN_SECRET_CHARS = 6;

  private final HttpClient client;
  private final ExecutorService executor;
  private final Map<String, String> headers;
  private final boolean gzip;
  private final Duration timeout;

  HttpSender(DestinationConfig config) {
    AtomicInteger number = new AtomicInteger();
    this.executor =
        Executors.newCachedThreadPool(
            task -> {
              String name = "forward-" + config.name() + "-http-" + number.getAndIncrement();
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor)
            .build();
    this.headers = new HashMap<>(config.headers());
    this.gzip = config.gzip();
    this.timeout = config.limits().timeout();
    String user = config.endpoint().getUserInfo();
    if (user != null) {
      byte[] pair = user.getBytes(StandardCharsets.UTF_8);
      headers.putIfAbsent("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
  }

  /**
   * Posts the parts as one body.
   *
   * @param parts sent back to back
   * @param more headers of this request, besides those of the destination
   */
  Answer post(URI uri, List<byte[]> parts, Map<String, String> more)
      throws IOException, InterruptedException {
    List<byte[]> body = gzip ? List.of(compress(parts)) : parts;
    URI place = uri;
    for (int redirects = 0; ; redirects++) {
      HttpResponse<byte[]> response = exchange(request(place, body, more));
      URI next = redirects < MAX_REDIRECTS ? redirect(place, response) : null;
      if (next == null) {
        return answer(response);
      }
      place = next;
    }
  }

  private HttpRequest request(URI uri, List<byte[]> body, Map<String, String> more) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).POST(publisher(body));
    headers.forEach(request::setHeader);
    more.forEach(request::setHeader);
    if (gzip) {
      request.setHeader("Content-Encoding", "gzip");
    }
    return request.build();
  }

  /** With a length, so that the request is not chunked. */
  private static BodyPublisher publisher(List<byte[]> body) {
    long length = 0;
    for (byte[] part : body) {
      length += part.length;
    }
    return length == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(body), length);
  }

  private HttpResponse<byte[]> exchange(HttpRequest request)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return exchange(request, deadline);
    } catch (ConnectException | HttpTimeoutException | SSLException e) {
      throw e;
    } catch (IOException e) {
      try {
        return exchange(request, deadline);
      } catch (IOException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  private HttpResponse<byte[]> exchange(HttpRequest request, long deadline)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request, info -> new CappedBody(MAX_ANSWER_BYTES));
    try {
      return exchange.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw new HttpTimeoutException("no answer within " + timeout);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    }
  }

  private static @Nullable URI redirect(URI from, HttpResponse<byte[]> response) {
    if (response.statusCode() != 307 && response.statusCode() != 308) {
      return null;
    }
    Optional<String> location = response.headers().firstValue("Location");
    if (location.isEmpty()) {
      return null;
    }
    try {
      URI to = from.resolve(location.get());
      boolean sameHost = from.getHost().equalsIgnoreCase(to.getHost());
      return sameHost && from.getScheme().equals(to.getScheme()) ? to : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private Answer answer(HttpResponse<byte[]> response) {
    boolean well = response.statusCode() / 100 == 2;
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Retry-After").orElse(null),
        response.headers().firstValue("Content-Type").orElse(""),
        well ? response.body() : withoutSecrets(response.body()));
  }

  /** Some proxies say back what they were sent; logs and dead letters are no place for keys. */
  private byte[] withoutSecrets(byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    for (String value : headers.values()) {
      String secret = value.substring(value.indexOf(' ') + 1);
      text = secret.length() < MIN_SECRET_CHARS ? text : text.replace(secret, "***");
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] compress(List<byte[]> parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (FastGzip gzip = new FastGzip(out)) {
      for (byte[] part : parts) {
        gzip.write(part);
      }
    }
    return out.toByteArray();
  }

  /** The level that costs least; telemetry shrinks well at any. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(ByteArrayOutputStream out) throws IOException {
      super(out, 8 << 10);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  /** Lets go of the threads; an exchange under way fails. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
