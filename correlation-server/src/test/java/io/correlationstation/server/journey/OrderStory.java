// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.Telemetry.CIRCUIT;
import static io.correlationstation.server.journey.Telemetry.handoff;
import static io.correlationstation.server.journey.Telemetry.handoffs;
import static io.correlationstation.server.journey.Telemetry.log;
import static io.correlationstation.server.journey.Telemetry.logs;
import static io.correlationstation.server.journey.Telemetry.span;
import static io.correlationstation.server.journey.Telemetry.trace;
import static io.correlationstation.server.journey.Telemetry.traces;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journey.Telemetry.SpanSpec;
import io.correlationstation.server.stitch.Handoff;
import java.util.List;

/**
 * One order as it leaves its traces: beorn asks MDSO for a resource, MDSO works and calls arda
 * back, and no trace context survives in between.
 */
public final class OrderStory {

  public final String resource;
  public final String request;
  public final String beornTrace;
  public final String mdsoTrace;
  public final String ardaTrace;
  public final SpanSpec order;
  public final SpanSpec create;
  public final SpanSpec workflow;
  public final SpanSpec collector;
  public final SpanSpec topology;
  public final Handoff toMdso;
  public final Handoff toArda;

  /** Ids of different numbers differ; times are shifted by {@code millis}. */
  public OrderStory(int number, long millis, boolean failing) {
    int id = number * 100;
    resource = "resource-" + number;
    request = "request-" + number;
    beornTrace = trace(id + 1);
    mdsoTrace = trace(id + 2);
    ardaTrace = trace(id + 3);
    order =
        span(beornTrace, id + 1, "beorn", "POST /beorn/api/v1/service/create")
            .from(millis, millis + 400)
            .with("circuit_id", CIRCUIT, "request_id", request);
    create =
        span(beornTrace, id + 2, "beorn", "POST")
            .below(id + 1)
            .kind(3)
            .from(millis + 50, millis + 120)
            .with("circuit_id", CIRCUIT, "request_id", request, "resource_id", resource);
    SpanSpec root =
        span(mdsoTrace, id + 3, "mdso-scriptplan", "mdso.workflow.NetworkService")
            .kind(1)
            .from(millis + 1_000, millis + 9_000)
            .with("mdso.circuit_id", CIRCUIT, "mdso.resource_id", resource);
    workflow = failing ? root.failing() : root;
    SpanSpec child =
        span(mdsoTrace, id + 4, "mdso-scriptplan", "mdso.product.CircuitDetailsCollector")
            .below(id + 3)
            .kind(1)
            .from(millis + 2_000, millis + 6_000)
            .with("mdso.circuit_id", CIRCUIT);
    collector = failing ? child.failing().with("mdso.defect_code", "DE-1001") : child;
    topology =
        span(ardaTrace, id + 5, "arda", "GET /arda/api/v1/topology")
            .from(millis + 3_000, millis + 3_200)
            .with("circuit_id", CIRCUIT);
    toMdso = handoff(create, workflow, 0.98);
    toArda = handoff(collector, topology, 0.93);
  }

  /** All frames in the order in which they would arrive. */
  public List<Frame> frames() {
    return List.of(
        traces(order, create),
        traces(topology),
        logs(
            log(beornTrace, "beorn", order.startMillis() + 10, "order taken"),
            log(ardaTrace, "arda", topology.startMillis() + 10, "topology read")),
        traces(workflow, collector),
        handoffs(toMdso, toArda));
  }
}
