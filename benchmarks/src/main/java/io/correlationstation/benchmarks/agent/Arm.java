// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One JVM with the service, and a connection to it. For one thread. */
final class Arm implements AutoCloseable {

  private static final byte[] HELLO =
      ascii(
          "GET /hello HTTP/1.1\r\nHost: localhost\r\n"
              + "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
              + "X-Circuit-Id: 80.L1XX.000001..TEST\r\nX-Product-Id: product-000001\r\n"
              + "baggage: circuit_id=80.L1XX.000001..TEST,product_id=product-000001\r\n\r\n");
  private static final byte[] USED = ascii("GET /used HTTP/1.1\r\nHost: localhost\r\n\r\n");

  final String name;
  private final Process process;
  private final byte[] buffer = new byte[8192];
  private final int port;
  private Socket socket = new Socket();
  private long[] before = {};

  Arm(String name, String java, List<String> options) throws IOException {
    this.name = name;
    List<String> command = new ArrayList<>(List.of(java, "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), HelloApp.class.getName()));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    port = readPort();
  }

  private int readPort() throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder all = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      all.append(line).append('\n');
      if (line.startsWith("PORT ")) {
        Thread drain = new Thread(() -> drain(out), "drain-" + name);
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(line.substring(5));
      }
    }
    throw new IOException(name + " ended:\n" + all);
  }

  private static void drain(BufferedReader out) {
    try {
      out.transferTo(Writer.nullWriter());
    } catch (IOException ended) {
      // as it has to
    }
  }

  /** Opens a connection and notes what the JVM has used up so far. */
  void begin() throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    request();
    before = used();
  }

  void request() throws IOException {
    exchange(HELLO);
  }

  /** Closes the connection and returns what each of the requests over it has cost. */
  Cost end(int requests) throws IOException {
    long[] after = used();
    socket.close();
    double[] each = new double[after.length];
    Arrays.setAll(each, i -> (after[i] - before[i]) / (double) requests);
    return new Cost(each[0], each[1] / 1000, each[2] / 1000, each[3] / 1000);
  }

  private long[] used() throws IOException {
    String[] answer = exchange(USED).split(" ", -1);
    return Arrays.stream(answer).mapToLong(Long::parseLong).toArray();
  }

  /** Returns the body of an answer, which fits the buffer and ends with its last packet. */
  private String exchange(byte[] request) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(request);
    InputStream in = socket.getInputStream();
    int length = 0;
    while (true) {
      int count = in.read(buffer, length, buffer.length - length);
      if (count < 0) {
        throw new IOException(name + " closed the connection");
      }
      length += count;
      String answer = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
      int head = answer.indexOf("\r\n\r\n");
      if (head >= 0) {
        int field = answer.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        int end = answer.indexOf('\r', field);
        int body = Integer.parseInt(answer.substring(field + 16, end).trim());
        if (length >= head + 4 + body) {
          return answer.substring(head + 4);
        }
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
