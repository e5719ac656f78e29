// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM with the real agent and our extension, ended by its handle. */
public final class ChildJvm implements AutoCloseable {

  private static final Path ROOT = Path.of(System.getProperty("station.root", ".."));
  private static final Duration START = Duration.ofSeconds(120);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private ChildJvm(Process process) {
    this.process = process;
    Thread reader = new Thread(this::read, "child-output");
    reader.setDaemon(true);
    reader.start();
  }

  public static Builder of(Class<?> main) {
    return new Builder(main.getName());
  }

  public static Builder of(String mainClass) {
    return new Builder(mainClass);
  }

  static Path agent() {
    return ROOT.resolve("agent-extension/target/agent/opentelemetry-javaagent.jar");
  }

  static Path extension() {
    return ROOT.resolve(
        "agent-extension/target/agent-extension-"
            + System.getProperty("station.version", "0.1.0-SNAPSHOT")
            + ".jar");
  }

  public static Path selfContainedAgent() {
    return ROOT.resolve("agent-extension/target/correlation-javaagent.jar");
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
      }
    } catch (IOException ended) {
      lines.add("output ended: " + ended);
    }
  }

  public List<String> lines() {
    return lines;
  }

  public String output() {
    return String.join("\n", lines);
  }

  /** Waits for a line that starts with {@code prefix} and returns the rest of it. */
  public String awaitLine(String prefix) {
    await()
        .atMost(START)
        .failFast(
            () -> {
              if (!process.isAlive() && find(prefix) == null) {
                throw new AssertionError("child ended:\n" + output());
              }
            })
        .until(() -> find(prefix) != null);
    return find(prefix).substring(prefix.length());
  }

  private String find(String prefix) {
    return lines.stream().filter(line -> line.startsWith(prefix)).findFirst().orElse(null);
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("child still runs:\n" + output());
    }
    return process.exitValue();
  }

  /** Ends it as {@code kill -9} does: nothing in it is asked first. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  public static final class Builder {

    private final String main;
    private final List<String> jvm = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> libraries = new ArrayList<>();
    private String without = "agent-extension|correlation-server|sample-services";
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    private List<String> agent =
        List.of(
            "-javaagent:" + ChildJvm.agent(),
            "-Dotel.javaagent.extensions=" + ChildJvm.extension());

    private Builder(String main) {
      this.main = main;
    }

    /** Replaces the options that load the agent; none for a JVM without it. */
    public Builder agent(String... options) {
      agent = List.of(options);
      return this;
    }

    /**
     * Takes the agent of a version, of which the build copies the older ones, and the extension.
     */
    Builder agentVersion(String version) {
      Path older = Path.of("target/agents/opentelemetry-javaagent-" + version + ".jar");
      boolean ours = version.equals("2.33.1");
      assumeTrue(ours || Files.exists(older), "the build copies it");
      return agent(
          "-javaagent:" + (ours ? ChildJvm.agent() : older),
          "-Dotel.javaagent.extensions=" + ChildJvm.extension());
    }

    public Builder arguments(String... all) {
      arguments.addAll(Arrays.asList(all));
      return this;
    }

    /** Takes these jars instead of those on the test's class path whose names match a pattern. */
    Builder libraries(String insteadOf, Path... jars) {
      without += "|" + insteadOf;
      for (Path jar : jars) {
        libraries.add(jar.toString());
      }
      return this;
    }

    Builder java(Path executable) {
      java = executable;
      return this;
    }

    public Builder set(String property, String value) {
      jvm.add("-D" + property + "=" + value);
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public Builder sink(OtlpSink sink) {
      return set("otel.exporter.otlp.endpoint", sink.url())
          .set("otel.exporter.otlp.protocol", "http/protobuf")
          .set("otel.bsp.schedule.delay", "100")
          .set("otel.blrp.schedule.delay", "100")
          .set("otel.metric.export.interval", "500");
    }

    public ChildJvm start() {
      List<String> command = new ArrayList<>();
      command.add(java.toString());
      command.addAll(agent);
      command.add("-Dlogback.configurationFile=agent/logback.xml"); // else it logs at DEBUG
      command.addAll(jvm);
      command.add("-XX:TieredStopAtLevel=1");
      command.add("-Xmx256m");
      command.add("-cp");
      command.add(classPath());
      command.add(main);
      command.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder
          .environment()
          .keySet()
          .removeIf(
              name ->
                  name.startsWith("OTEL_")
                      || List.of("TRACEPARENT", "BAGGAGE", "JAVA_TOOL_OPTIONS").contains(name));
      builder.environment().putAll(environment);
      try {
        return new ChildJvm(builder.start());
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    /** The test's own class path without what a plain application would not have. */
    private String classPath() {
      String separator = System.getProperty("path.separator");
      Pattern unwanted = Pattern.compile(without);
      Stream<String> own =
          Arrays.stream(System.getProperty("java.class.path").split(separator))
              .filter(entry -> !unwanted.matcher(entry).find());
      return Stream.concat(libraries.stream(), own).collect(Collectors.joining(separator));
    }
  }
}
