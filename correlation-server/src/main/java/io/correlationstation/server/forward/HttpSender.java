// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.util.Objects.requireNonNullElse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Posts to one destination over HTTP/1.1 with keep-alive.
 *
 * <p>The timeout covers the whole exchange: a thread of the sender's own talks to the socket, and
 * the caller waits for it no longer than that, or until it is interrupted. A connection that breaks
 * during an exchange is tried once more at once, since it usually is an idle one that the other
 * side had closed. Of redirects only 307 and 308 to the same host are followed. Host names are
 * resolved again for each new connection, within the JVM's cache of 30 s.
 */
final class HttpSender implements AutoCloseable {

  /** An answer is an empty message or a sentence for people; the rest of it is not kept. */
  static final int MAX_ANSWER_BYTES = 64 << 10;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_REDIRECTS = 3;

  /** Shorter values are no secrets, and too common to be left out of a text. */
  private static final int MIN_SECRET_CHARS = 6;

  private final CloseableHttpClient client;
  private final ExecutorService executor;
  private final Map<String, String> headers;
  private final List<String> secrets;
  private final boolean gzip;
  private final Duration timeout;

  /**
   * An answer and where it says to go instead.
   *
   * @param location null when it has no such header
   */
  private record Reply(Answer answer, @Nullable String location) {}

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
    this.headers = new HashMap<>(config.headers());
    this.gzip = config.gzip();
    this.timeout = config.limits().timeout();
    this.client = client(timeout);
    String user = config.endpoint().getUserInfo();
    if (user != null) {
      byte[] pair = user.getBytes(StandardCharsets.UTF_8);
      headers.putIfAbsent("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
    this.secrets = secrets(headers, config.endpoint());
  }

  /** What headers and the query of the URL may hold of keys. */
  private static List<String> secrets(Map<String, String> headers, URI endpoint) {
    Stream<String> ofHeaders =
        headers.values().stream().map(value -> value.substring(value.indexOf(' ') + 1));
    Stream<String> ofQuery =
        Stream.of(endpoint.getRawQuery(), endpoint.getQuery())
            .filter(Objects::nonNull)
            .flatMap(query -> Stream.of(query.split("&")))
            .map(pair -> pair.substring(pair.indexOf('=') + 1));
    return Stream.concat(ofHeaders, ofQuery)
        .filter(secret -> secret.length() >= MIN_SECRET_CHARS)
        .toList();
  }

  /** A client that sends what it is told, once, and hands back what it gets. */
  private static CloseableHttpClient client(Duration timeout) {
    ConnectionConfig connections =
        ConnectionConfig.custom()
            .setConnectTimeout(Timeout.of(CONNECT_TIMEOUT))
            .setSocketTimeout(Timeout.of(timeout))
            .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
            .build();
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setDefaultConnectionConfig(connections)
                .setTlsSocketStrategy(DefaultClientTlsStrategy.createSystemDefault())
                .build())
        .setRoutePlanner(new SystemDefaultRoutePlanner(ProxySelector.getDefault()))
        .disableAuthCaching()
        .disableAutomaticRetries()
        .disableContentCompression()
        .disableCookieManagement()
        .disableRedirectHandling()
        .setUserAgent("correlation-station")
        .build();
  }

  /**
   * Posts the parts as one body.
   *
   * @param parts on arrays of the heap, sent back to back; not to be changed before this returns,
   *     nor after it has thrown
   * @param more headers of this request, besides those of the destination
   */
  Answer post(URI uri, List<ByteBuffer> parts, Map<String, String> more)
      throws IOException, InterruptedException {
    List<ByteBuffer> body = gzip ? List.of(compress(parts)) : parts;
    URI place = withoutUser(uri);
    for (int redirects = 0; ; redirects++) {
      Reply reply = exchange(place, body, more);
      URI next = redirects < MAX_REDIRECTS ? redirect(place, reply) : null;
      if (next == null) {
        return reply.answer();
      }
      place = next;
    }
  }

  private Reply exchange(URI uri, List<ByteBuffer> body, Map<String, String> more)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      return exchange(request(uri, body, more), deadline);
    } catch (ConnectException
        | UnknownHostException
        | SocketTimeoutException
        | HttpTimeoutException
        | SSLException e) {
      throw e;
    } catch (IOException e) {
      try {
        return exchange(request(uri, body, more), deadline);
      } catch (IOException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  private HttpPost request(URI uri, List<ByteBuffer> body, Map<String, String> more) {
    HttpPost request = new HttpPost(uri);
    request.setEntity(new PartsEntity(body));
    headers.forEach(request::setHeader);
    more.forEach(request::setHeader);
    if (gzip) {
      request.setHeader("Content-Encoding", "gzip");
    }
    return request;
  }

  private Reply exchange(HttpPost request, long deadline) throws IOException, InterruptedException {
    Future<Reply> exchange = executor.submit(() -> client.execute(request, this::read));
    try {
      return exchange.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      request.cancel();
      throw new HttpTimeoutException("no answer within " + timeout);
    } catch (InterruptedException e) {
      request.cancel();
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    }
  }

  private Reply read(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    byte[] body = entity == null ? new byte[0] : entity.getContent().readNBytes(MAX_ANSWER_BYTES);
    Answer answer =
        new Answer(
            response.getCode(),
            header(response, "Retry-After"),
            requireNonNullElse(header(response, "Content-Type"), ""),
            response.getCode() / 100 == 2 ? body : withoutSecrets(body));
    return new Reply(answer, header(response, "Location"));
  }

  private static @Nullable String header(ClassicHttpResponse response, String name) {
    Header header = response.getFirstHeader(name);
    return header == null ? null : header.getValue();
  }

  private static @Nullable URI redirect(URI from, Reply reply) {
    int status = reply.answer().status();
    if (reply.location() == null || (status != 307 && status != 308)) {
      return null;
    }
    try {
      URI to = from.resolve(reply.location());
      boolean sameHost = from.getHost().equalsIgnoreCase(to.getHost());
      return sameHost && from.getScheme().equals(to.getScheme()) ? to : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The user is in a header. */
  private static URI withoutUser(URI uri) {
    String user = uri.getRawUserInfo();
    return user == null ? uri : URI.create(uri.toString().replace("//" + user + "@", "//"));
  }

  /** Some proxies say back what they were sent; logs and dead letters are no place for keys. */
  private byte[] withoutSecrets(byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    for (String secret : secrets) {
      text = text.replace(secret, "***");
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer compress(List<ByteBuffer> parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (FastGzip gzip = new FastGzip(out)) {
      for (ByteBuffer part : parts) {
        gzip.write(part.array(), PartsEntity.start(part), part.remaining());
      }
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** The level that costs least; telemetry shrinks well at any. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(ByteArrayOutputStream out) throws IOException {
      super(out, 8 << 10);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  /** Lets go of the threads and connections; an exchange under way fails. */
  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
    executor.shutdownNow();
  }
}
