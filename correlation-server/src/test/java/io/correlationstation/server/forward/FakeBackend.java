// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on a port of its own that answers by a handler and misbehaves by a script:
 * each request takes the next fault off the script and only then meets the handler. It is written
 * on sockets because no HTTP server lets a test break a connection at a chosen moment.
 */
public final class FakeBackend implements AutoCloseable {

  /** A request as it arrived, body not decompressed. */
  public record Request(String path, Map<String, String> headers, byte[] body) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  public record Reply(int status, Map<String, String> headers, byte[] body) {
    public static Reply of(int status) {
      return new Reply(status, Map.of(), new byte[0]);
    }

    public static Reply text(int status, String body) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      return new Reply(status, Map.of("Content-Type", "text/plain"), bytes);
    }

    public Reply with(String header, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(header, value);
      return new Reply(status, more, body);
    }
  }

  /**
   * One misbehaviour.
   *
   * @param reply sent in place of the handler's, or null to let the handler answer
   * @param handled whether the handler sees the request all the same, as when only the answer is
   *     lost
   */
  public record Fault(Kind kind, @Nullable Reply reply, boolean handled) {
    public enum Kind {
      ANSWER,
      RESET,
      HANG_AFTER_HEADERS,
      CLOSE_AFTERWARDS
    }

    public static Fault answer(Reply reply) {
      return new Fault(Kind.ANSWER, reply, false);
    }

    public static Fault status(int status) {
      return answer(Reply.of(status));
    }

    /** Takes the request, then breaks the connection: the sender cannot know. */
    public static Fault lostAnswer() {
      return new Fault(Kind.RESET, null, true);
    }

    public static Fault reset() {
      return new Fault(Kind.RESET, null, false);
    }

    public static Fault hang() {
      return new Fault(Kind.HANG_AFTER_HEADERS, null, false);
    }

    /** Answers well and closes the connection without saying so, as an idle timeout does. */
    public static Fault closeAfterwards() {
      return new Fault(Kind.CLOSE_AFTERWARDS, null, true);
    }
  }

  private final ServerSocket server;
  private final Function<Request, Reply> handler;
  private final Deque<Fault> script = new ConcurrentLinkedDeque<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Fault always;

  private FakeBackend(ServerSocket server, Function<Request, Reply> handler) {
    this.server = server;
    this.handler = handler;
  }

  public static FakeBackend start(Function<Request, Reply> handler) throws IOException {
    return start(InetAddress.getLoopbackAddress(), 0, handler);
  }

  /** On that address; port 0 lets the system choose. */
  public static FakeBackend start(InetAddress address, int port, Function<Request, Reply> handler)
      throws IOException {
    ServerSocket server = new ServerSocket(port, 50, address);
    FakeBackend backend = new FakeBackend(server, handler);
    backend.spawn("fake-backend", backend::accept);
    return backend;
  }

  public URI uri(String path) {
    return URI.create(
        "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort() + path);
  }

  /** Faults of the next requests, one each. */
  public void script(Fault... faults) {
    script.addAll(List.of(faults));
  }

  /** The fault of every request once the script is used up, or null to behave. */
  public void always(@Nullable Fault fault) {
    always = fault;
  }

  public List<Request> requests() {
    return requests;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        spawn("fake-backend-connection", () -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void spawn(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        Request request = read(in);
        if (request == null || !respond(socket, request)) {
          return;
        }
      }
    } catch (IOException e) {
      // the client or close() ended the connection
    } finally {
      open.remove(socket);
    }
  }

  /** False when the connection is over. */
  private boolean respond(Socket socket, Request request) throws IOException {
    requests.add(request);
    Fault fault = script.pollFirst();
    fault = fault == null ? always : fault;
    if (fault == null) {
      write(socket, handler.apply(request));
      return true;
    }
    Reply handled = fault.handled() ? handler.apply(request) : null;
    switch (fault.kind()) {
      case ANSWER -> write(socket, fault.reply());
      case RESET -> {
        socket.setSoLinger(true, 0);
        return false;
      }
      case HANG_AFTER_HEADERS -> {
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket.getInputStream().read() >= 0;
      }
      case CLOSE_AFTERWARDS -> {
        write(socket, handled);
        return false;
      }
    }
    return true;
  }

  private static void write(Socket socket, Reply reply) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " X\r\n");
    reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (reply.status() != 204) {
      head.append("Content-Length: " + reply.body().length + "\r\n");
    }
    OutputStream out = socket.getOutputStream();
    out.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(reply.body());
    out.flush();
  }

  private static @Nullable Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null || first.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    return body.length < length ? null : new Request(first.split(" ")[1], headers, body);
  }

  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
