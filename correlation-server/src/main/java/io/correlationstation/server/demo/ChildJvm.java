// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One Java program in a JVM of its own, its output in a log file.
 *
 * <p>The child gets the parent's environment without what would change its telemetry or its
 * settings. It is ended by its handle: first asked, after ten seconds killed.
 */
final class ChildJvm implements AutoCloseable {

  private static final List<String> NOT_INHERITED =
      List.of(
          "OTEL_",
          "STATION_",
          "MDSO_",
          "CORR_",
          "TEMPO_",
          "LOKI_",
          "DATADOG_",
          "DD_",
          "BASIC_AUTH_",
          "X_");

  private static final List<String> NOT_INHERITED_NAMES =
      List.of(
          "TRACEPARENT",
          "PROMETHEUS_PUSHGATEWAY",
          "MAX_BATCH_SIZE",
          "DEPLOYMENT_ENV",
          "TRACESTATE",
          "BAGGAGE",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "PORT",
          "ENABLE_BASIC_AUTH",
          "LOG_LEVEL",
          "BIND");

  private static final int LOG_LINES_SHOWN = 15;

  private final String name;
  private final Path log;
  private final Process process;

  private ChildJvm(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts {@code java <arguments>} with the Java that runs this program.
   *
   * @param arguments JVM options, {@code -jar} and the program's own arguments
   * @param environment variables added to the inherited ones
   */
  static ChildJvm start(
      String name, Path logDirectory, List<String> arguments, Map<String, String> environment)
      throws IOException {
    Files.createDirectories(logDirectory);
    Path log = logDirectory.resolve(name + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx256m");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(ChildJvm::notInherited);
    builder.environment().putAll(environment);
    return new ChildJvm(name, log, builder.start());
  }

  private static boolean notInherited(String variable) {
    return NOT_INHERITED_NAMES.contains(variable)
        || NOT_INHERITED.stream().anyMatch(variable::startsWith);
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Why it ended: exit code and the end of its log. */
  String epitaph() {
    return name + " ended with exit code " + process.exitValue() + ":\n" + logTail();
  }

  /** The last lines of its log, for a message to a person. */
  String logTail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return "  (" + log + ")\n  " + String.join("\n  ", tail);
    } catch (IOException e) {
      return "  (no log: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
