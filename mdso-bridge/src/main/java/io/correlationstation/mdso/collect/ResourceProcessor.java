// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.ProductType;
import io.correlationstation.mdso.ProductTypes;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.market.MdsoException;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import io.correlationstation.mdso.tracelog.MappedTrace;
import io.correlationstation.mdso.tracelog.TraceIds;
import io.correlationstation.mdso.tracelog.TraceLog;
import io.correlationstation.mdso.tracelog.TraceLogMapper;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deals with one resource: learns its identifiers, finds its traces and sends those that will not
 * change any more.
 *
 * <p>A trace is ripe when its root resource is active, failed or terminated, or has stood still for
 * the settle time; a deleted root counts as ripe. Until the settle time has passed the resource is
 * looked at once more, as a trace log may grow after its resource is done.
 */
final class ResourceProcessor {

  private final MdsoClient client;
  private final TraceLogFinder finder;
  private final TraceExporter exporter;
  private final ResourceRecords resourceRecords;
  private final Checkpoint checkpoint;
  private final ProductTypes productTypes;
  private final RuleBook rules;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;
  private final Clock clock;
  private final Duration settle;

  ResourceProcessor(
      MdsoClient client,
      TraceExporter exporter,
      ResourceRecords resourceRecords,
      Checkpoint checkpoint,
      ProductTypes productTypes,
      RuleBook rules,
      BridgeMetrics metrics,
      SpanRecorder spans,
      Clock clock,
      Duration settle) {
    this.client = client;
    this.finder = new TraceLogFinder(client);
    this.exporter = exporter;
    this.resourceRecords = resourceRecords;
    this.checkpoint = checkpoint;
    this.productTypes = productTypes;
    this.rules = rules;
    this.metrics = metrics;
    this.spans = spans;
    this.clock = clock;
    this.settle = settle;
  }

  /**
   * A resource whose turn it is.
   *
   * @param deleted whether the orchestrator has it no more
   */
  record Due(MdsoResource resource, ProductType type, boolean deleted) {}

  /**
   * Deals with a resource; a failure is counted, and the resource stays due.
   *
   * @throws MdsoException when the login is refused: nothing else can work either
   */
  void process(Due due, Tally tally) throws MdsoException, InterruptedException {
    MdsoResource resource = due.resource();
    metrics.circuitsProcessing(1);
    try (ActiveSpan span = startSpan(resource);
        Scope baggage = circuitBaggage(resource).makeCurrent()) {
      try {
        send(due, tally);
      } catch (IOException e) {
        span.fail(e);
        failed(due, tally, e);
      }
    } finally {
      metrics.circuitsProcessing(-1);
    }
  }

  private ActiveSpan startSpan(MdsoResource resource) {
    return spans
        .start("mdso.process_circuit")
        .attribute("mdso.circuit_id", resource.circuitId())
        .attribute("mdso.resource_id", resource.id())
        .attribute("mdso.orch_state", resource.orchState());
  }

  private static Baggage circuitBaggage(MdsoResource resource) {
    BaggageBuilder baggage = Baggage.current().toBuilder().put("resource_id", resource.id());
    if (resource.circuitId() != null) {
      baggage.put("circuit_id", resource.circuitId());
    }
    if (resource.productId() != null) {
      baggage.put("product_id", resource.productId());
    }
    return baggage.build();
  }

  private void failed(Due due, Tally tally, IOException failure) throws MdsoException {
    String product = due.type().name();
    checkpoint.lookAgain(product, due.resource(), clock.instant());
    tally.add("failed", 1);
    tally.error(due.resource().id() + ": " + failure.getMessage());
    metrics.logsCollected(product, "failed", 1);
    if (failure instanceof MdsoException refused && refused.kind() == MdsoException.Kind.AUTH) {
      throw refused;
    }
  }

  private void send(Due due, Tally tally) throws IOException, InterruptedException {
    MdsoResource resource = due.resource();
    String product = due.type().name();
    if (!checkpoint.isSeen(product, resource)) {
      resourceRecords.send(resource, product);
    }
    Instant settledAt = settledAt(resource);
    boolean settled = !clock.instant().isBefore(settledAt);
    boolean ripe = due.deleted() || resource.isTerminal() || settled;
    boolean allSent = ripe && sendTraces(due, settled, tally);
    if (allSent && settled) {
      checkpoint.done(product, resource);
    } else {
      Instant again = settled ? clock.instant() : settledAt;
      checkpoint.lookAgain(product, resource, again);
      tally.add("pending", 1);
    }
  }

  /** Returns false when something has to be looked at again. */
  private boolean sendTraces(Due due, boolean settled, Tally tally)
      throws IOException, InterruptedException {
    String product = due.type().name();
    List<TraceLog> logs = finder.find(due.resource());
    if (logs.isEmpty()) {
      if (settled) {
        skipped("missing", tally);
      }
      return settled;
    }
    boolean all = true;
    for (Map.Entry<String, List<TraceLog>> trace : byTraceId(logs, tally).entrySet()) {
      TraceLogMapper.Origin origin = origin(due, trace.getValue());
      if (origin == null) {
        all = false;
        continue;
      }
      MappedTrace mapped;
      try (ActiveSpan span = spans.start("mdso.parse_orch_trace")) {
        mapped = TraceLogMapper.map(trace.getKey(), trace.getValue(), origin, rules.rules());
        span.attribute("mdso.log_count", mapped == null ? 0 : mapped.records().size());
      }
      if (mapped == null) {
        skipped("no_entries", tally);
      } else {
        exporter.export(mapped, product, tally);
      }
    }
    return all;
  }

  private Map<String, List<TraceLog>> byTraceId(List<TraceLog> logs, Tally tally) {
    Map<String, List<TraceLog>> traces = new LinkedHashMap<>();
    for (TraceLog log : logs) {
      String traceId = TraceIds.traceId(log.traceId());
      if (traceId == null) {
        skipped("no_trace_id", tally);
      } else {
        traces.computeIfAbsent(traceId, id -> new ArrayList<>()).add(log);
      }
    }
    return traces;
  }

  private void skipped(String reason, Tally tally) {
    metrics.traceLogSkipped(reason);
    tally.add("skipped", 1);
  }

  /**
   * The root of a trace: the resource itself, or the one that a parent's order began with. Null
   * when that one may still change.
   */
  private TraceLogMapper.@Nullable Origin origin(Due due, List<TraceLog> logs)
      throws MdsoException, InterruptedException {
    MdsoResource listed = due.resource();
    String foreign = null;
    for (TraceLog log : logs) {
      if (log.originationId() == null || log.originationId().equals(listed.id())) {
        return originOf(listed, due.type());
      }
      foreign = log.originationId();
    }
    JsonNode json = foreign == null ? null : client.resource(foreign);
    if (json == null) {
      return originOf(listed, due.type());
    }
    ProductType type = productTypes.ofTypeId(json.path("resourceTypeId").asText());
    MdsoResource root =
        MdsoResource.parse(json, type == null ? due.type().circuitKeys() : type.circuitKeys());
    if (root == null) {
      return originOf(listed, due.type());
    }
    boolean ripe = root.isTerminal() || !clock.instant().isBefore(settledAt(root));
    return ripe ? originOf(root, type) : null;
  }

  private static TraceLogMapper.Origin originOf(MdsoResource root, @Nullable ProductType type) {
    return new TraceLogMapper.Origin(
        root, type == null ? "" : type.name(), type != null && type.prefersTraceLogCircuit());
  }

  private Instant settledAt(MdsoResource resource) {
    Instant updated = resource.updatedAt() == null ? resource.createdAt() : resource.updatedAt();
    return updated == null ? Instant.MIN : updated.plus(settle);
  }
}
