// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server in a process of its own, and what the operating system says about it.
 *
 * <p>Memory is read from {@code /proc}, so it is 0 on other systems than Linux. Bytes allocated
 * come from the garbage collector's log: what the heap has grown by between the pauses, exact to a
 * megabyte a pause.
 */
final class ServerProcess implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(40);
  private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(");

  /** Name, user and system time of a thread, see {@code man 5 proc}. */
  private static final Pattern THREAD_STAT =
      Pattern.compile("\\d+ \\((.*)\\) . (?:-?\\d+ ){10}(\\d+) (\\d+)");

  /** Linux counts processor time in hundredths of a second, whatever its kernel ticks in. */
  private static final Duration TICK = Duration.ofMillis(10);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Process process;
  private final Path gcLog;
  private final URI api;
  private final URI otlp;
  private final Duration readyAfter;

  private ServerProcess(Process process, Path gcLog, URI api, URI otlp, Duration readyAfter) {
    this.process = process;
    this.gcLog = gcLog;
    this.api = api;
    this.otlp = otlp;
    this.readyAfter = readyAfter;
  }

  /**
   * Starts a server and returns when {@code /ready} says so.
   *
   * @param java command of the virtual machine with its options
   * @param main {@code -jar} and the jar, or {@code -cp}, class path and class
   * @param directory where its data and its logs are
   * @param arguments after those that name ports and data
   */
  static ServerProcess start(
      List<String> java, List<String> main, Path directory, List<String> arguments)
      throws IOException, InterruptedException {
    int http = freePort();
    int otlp = freePort();
    Path gcLog = directory.resolve("gc.log");
    List<String> command = new ArrayList<>(java);
    command.add("-Xlog:gc:file=" + gcLog + "::filecount=0");
    command.addAll(main);
    command.addAll(
        List.of(
            "serve",
            "--data-dir=" + directory.resolve("data"),
            "--http-port=" + http,
            "--otlp-http-port=" + otlp,
            "--otlp-grpc-port=0"));
    command.addAll(arguments);
    long started = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    URI api = URI.create("http://127.0.0.1:" + http);
    try {
      awaitReady(process, api, directory);
    } catch (IOException | InterruptedException e) {
      process.destroyForcibly();
      throw e;
    }
    return new ServerProcess(
        process,
        gcLog,
        api,
        URI.create("http://127.0.0.1:" + otlp),
        Duration.ofNanos(System.nanoTime() - started));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void awaitReady(Process process, URI api, Path directory)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new IOException("the server ended, see " + directory.resolve("log"));
      }
      try {
        if (get(api.resolve("/ready")).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // not listening yet
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    throw new IOException("not ready after " + START_TIMEOUT);
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  URI otlp() {
    return otlp;
  }

  long pid() {
    return process.pid();
  }

  /** From the start of the process to the first 200 of {@code /ready}. */
  Duration readyAfter() {
    return readyAfter;
  }

  /** User and system time of the process so far, as the operating system counts it. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /**
   * The part of {@link #cpu} that the compilers of the virtual machine took: a server that has just
   * been started compiles for its first minutes, one that runs for a day does not.
   */
  Duration compilerCpu() throws IOException {
    Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
    if (Files.notExists(tasks)) {
      return Duration.ZERO;
    }
    long ticks = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        Matcher stat = THREAD_STAT.matcher(Files.readString(thread.resolve("stat")));
        if (stat.lookingAt() && stat.group(1).contains("CompilerThre")) {
          ticks += Long.parseLong(stat.group(2)) + Long.parseLong(stat.group(3));
        }
      }
    }
    return TICK.multipliedBy(ticks);
  }

  long residentBytes() throws IOException {
    return statusKilobytes("VmRSS:") << 10;
  }

  long peakResidentBytes() throws IOException {
    return statusKilobytes("VmHWM:") << 10;
  }

  private long statusKilobytes(String name) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (Files.notExists(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  /** Bytes allocated up to the last pause of the collector. */
  long allocatedBytes() throws IOException {
    long allocated = 0;
    long after = 0;
    for (String line : Files.readAllLines(gcLog)) {
      Matcher pause = PAUSE.matcher(line);
      if (pause.find()) {
        allocated += Math.max(0, Long.parseLong(pause.group(1)) - after);
        after = Long.parseLong(pause.group(2));
      }
    }
    return allocated << 20;
  }

  /** The sum of all samples of a metric whose line starts like this; 0 when there is none. */
  double metric(String prefix) throws IOException, InterruptedException {
    double sum = 0;
    for (String line : get(api.resolve("/metrics")).body().split("\n")) {
      if (line.startsWith(prefix)) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }

  /** Ends the process without giving it time for anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
