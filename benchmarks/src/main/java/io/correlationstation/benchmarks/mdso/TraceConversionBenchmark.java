// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.mdso;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.errors.RuleSet;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.Requests;
import io.correlationstation.mdso.tracelog.MappedTrace;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedRecord;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedSpan;
import io.correlationstation.mdso.tracelog.TraceIds;
import io.correlationstation.mdso.tracelog.TraceLog;
import io.correlationstation.mdso.tracelog.TraceLogMapper;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many entries of orchestration traces a second one core turns into serialized spans and
 * records, errors classified. Expected order: {@code parseOnly}, which reads the same answer as
 * JSON and does nothing with it, > {@code convert} > 50 000 entries.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class TraceConversionBenchmark {

  private static final int ENTRIES = 200;
  private static final String TRACE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
  private static final String SERVICE = "11111111-1111-4111-8111-111111111111";

  /** A trace log as the orchestrator answers it, a tenth of its processes failed. */
  @State(Scope.Benchmark)
  public static class Answer {
    private final ObjectMapper mapper = new ObjectMapper();
    private final RuleSet rules = RuleBook.open(null).rules();
    private final Resource resource = Otlp.resource(Otlp.SCRIPT_PLAN_SERVICE, "dev");
    private final TraceLogMapper.Origin origin = origin();
    private byte[] json = new byte[0];

    @Setup
    public void fill() {
      ObjectNode log = mapper.createObjectNode();
      log.put("id", "44444444-4444-4444-8444-444444444444");
      log.put("label", "80.L1XX.000001..TEST.orch_trace");
      ObjectNode properties = log.putObject("properties");
      properties.put("trace_id", TRACE).put("origination_id", SERVICE);
      properties.put("circuit_name", "80.L1XX.000001..TEST").put("start_time_sec", 1_735_689_600);
      ArrayNode entries = properties.putArray("orchestration_trace");
      for (int i = 0; i < ENTRIES; i++) {
        entries.add(entry(i));
      }
      json = log.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode entry(int number) {
      boolean ends = number % 2 == 1;
      boolean fails = number % 20 == 19;
      ObjectNode entry = mapper.createObjectNode();
      entry.put("timestamp", "00:%02d:%02d".formatted(number / 60, number % 60));
      entry.put("resource_type", "example.resourceTypes.PortActivation");
      entry.put("resource_id", "55555555-5555-4555-8555-%012d".formatted(number / 2));
      entry.put("process", "scripts.example.portactivation.Activate");
      entry.put("state", fails ? "FAILED" : ends ? "COMPLETED" : "STARTED");
      entry.put("log_file", "plan-script-55555555-activate-2025-01-01T00:00:05.000Z");
      entry.put(
          "message",
          fails ? "unable to connect to device EXPLTXAA01W" : "STARTED PROCESSING of the port");
      return entry.put("elapsed_time", number);
    }

    private TraceLogMapper.Origin origin() {
      ObjectNode resource = mapper.createObjectNode();
      resource.put("id", SERVICE).put("label", "80.L1XX.000001..TEST").put("orchState", "failed");
      resource.put("resourceTypeId", "example.resourceTypes.NetworkService");
      return new TraceLogMapper.Origin(
          requireNonNull(MdsoResource.parse(resource, List.of("label"))), "network_service", false);
    }
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public int convert(Answer answer, CpuTime cpu) throws IOException {
    TraceLog log = requireNonNull(TraceLog.parse(answer.mapper.readTree(answer.json)));
    MappedTrace trace = requireNonNull(map(log, answer));
    return Requests.traces(answer.resource, trace.spans().stream().map(MappedSpan::span).toList())
            .length
        + Requests.logs(
                answer.resource, trace.records().stream().map(MappedRecord::record).toList())
            .length;
  }

  private static @Nullable MappedTrace map(TraceLog log, Answer answer) {
    String traceId = requireNonNull(TraceIds.traceId(log.traceId()));
    return TraceLogMapper.map(traceId, List.of(log), answer.origin, answer.rules);
  }

  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public JsonNode parseOnly(Answer answer, CpuTime cpu) throws IOException {
    return answer.mapper.readTree(answer.json);
  }
}
