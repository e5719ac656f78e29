// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.server.demo.Demo;
import io.correlationstation.server.demo.DemoFailure;
import io.correlationstation.server.demo.DemoOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code station demo}: the main job on real telemetry from real JVMs. */
@Command(
    name = "demo",
    description = {
      "Starts the server, three services under the OpenTelemetry agent and a stubbed MDSO, orders circuits,",
      "and shows from the API alone how the pieces of every order were joined."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls the command
final class DemoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--once",
      description = "end by itself: exit code 0 only when every expected journey was observed")
  private boolean once;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json or text; default ${DEFAULT-VALUE}",
      defaultValue = "text")
  private OutputFormat output;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "data and logs of the demo; default target/demo, emptied at the start")
  private @Nullable Path dataDir;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "server: API and page; default 8080",
      defaultValue = "8080")
  private int httpPort;

  @Option(
      names = "--otlp-http-port",
      paramLabel = "PORT",
      description = "server: OTLP/HTTP; default 4318",
      defaultValue = "4318")
  private int otlpHttpPort;

  @Option(
      names = "--otlp-grpc-port",
      paramLabel = "PORT",
      description = "server: OTLP/gRPC; default 4317",
      defaultValue = "4317")
  private int otlpGrpcPort;

  @Option(
      names = "--beorn-port",
      paramLabel = "PORT",
      description = "default 5001",
      defaultValue = "5001")
  private int beornPort;

  @Option(
      names = "--palantir-port",
      paramLabel = "PORT",
      description = "default 5002",
      defaultValue = "5002")
  private int palantirPort;

  @Option(
      names = "--arda-port",
      paramLabel = "PORT",
      description = "default 5003",
      defaultValue = "5003")
  private int ardaPort;

  @Option(
      names = "--mdso-port",
      paramLabel = "PORT",
      description = "stubbed MDSO, default 8181; 0 takes a free port, here as everywhere above",
      defaultValue = "8181")
  private int mdsoPort;

  @Override
  public Integer call() throws Exception {
    String home = System.getProperty("station.home");
    if (home == null) {
      throw new DemoFailure("the demo needs the built project: start it with ./station demo");
    }
    DemoOptions options =
        new DemoOptions(
            Path.of(home),
            dataDir == null ? Path.of(home, "target", "demo") : dataDir,
            dataDir == null,
            wantedPorts(),
            once,
            output == OutputFormat.JSON);
    return Demo.run(options, spec.commandLine().getOut(), spec.commandLine().getErr())
        ? Station.OK
        : Station.FINDING;
  }

  private Map<String, Integer> wantedPorts() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("--http-port", httpPort);
    ports.put("--otlp-http-port", otlpHttpPort);
    ports.put("--otlp-grpc-port", otlpGrpcPort);
    ports.put("--beorn-port", beornPort);
    ports.put("--palantir-port", palantirPort);
    ports.put("--arda-port", ardaPort);
    ports.put("--mdso-port", mdsoPort);
    return ports;
  }
}
