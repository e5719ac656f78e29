// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import io.correlationstation.samples.mdso.TraceLog.Process;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan of one order, from {@code requested} to {@code active} or {@code failed}:
 *
 * <pre>
 *   scripts.example.networkservice.Activate             the order itself
 *     scripts.example.circuitdetailscollector.Activate  one at a time per circuit; asks arda half-way
 *     scripts.example.portactivation.Activate
 *     scripts.example.cpeactivator.Activate
 * </pre>
 *
 * <p>The collector goes on for more than a second after arda has answered, at any speed: the call
 * is inside the collector also in the orchestration trace, whose times are whole seconds.
 */
final class Plan {

  static final String TYPE_PREFIX = "example.resourceTypes.";

  private static final Logger logger = LoggerFactory.getLogger(Plan.class);
  private static final Duration MIN_REST_OF_COLLECTOR = Duration.ofMillis(1_100);
  private static final String DEVICE_ERROR = "unable to connect to device EXPLTXAA01W";

  private final Resource order;
  private final Set<String> unreachable;
  private final Pace.Lengths lengths;
  private final Surroundings around;

  Plan(Resource order, Set<String> unreachable, Pace.Lengths lengths, Surroundings surroundings) {
    this.order = order;
    this.unreachable = unreachable;
    this.lengths = lengths;
    this.around = surroundings;
  }

  /** Runs to its end; throws only when the stub stops. */
  void run() throws InterruptedException {
    around.pause.of(lengths.queue());
    state("activating", "");
    logger.info("order {} on {} is activating", order.id(), order.label());
    TraceLog trace = TraceLog.open(order, around.market, around.clock);
    Process service = trace.started(order.typeId(), order.id(), process("networkservice"));
    try {
      collect(trace);
      stage(trace, "PortActivation", isUnreachable("") ? deviceError() : null);
      stage(trace, "cpeActivator", null);
      trace.completed(service);
      state("active", "");
      logger.info("order {} on {} is active", order.id(), order.label());
    } catch (StageFailedException e) {
      trace.failed(service, "child failed", null);
      state("failed", e.reason(service));
      logger.info("order {} on {} failed: {}", order.id(), order.label(), e.getMessage());
    }
  }

  private void collect(TraceLog trace) throws InterruptedException, StageFailedException {
    try (CollectorLocks.Held held = around.locks.acquire(order.label())) {
      Process collector = start(trace, "CircuitDetailsCollector");
      around.pause.of(lengths.halfStage());
      Failure failure = askArda();
      Duration rest = lengths.halfStage();
      around.pause.of(rest.compareTo(MIN_REST_OF_COLLECTOR) < 0 ? MIN_REST_OF_COLLECTOR : rest);
      if (failure == null && isUnreachable("@collector")) {
        failure = deviceError();
      }
      end(trace, collector, failure);
    }
  }

  private @Nullable Failure askArda() throws InterruptedException {
    try {
      around.arda.requireTopology(order.label());
      return null;
    } catch (IOException e) {
      logger.warn("order {} on {}: {}", order.id(), order.label(), e.getMessage(), e);
      return new Failure("SEnSE | System Error - Topology", String.valueOf(e.getMessage()));
    }
  }

  private void stage(TraceLog trace, String type, @Nullable Failure failure)
      throws InterruptedException, StageFailedException {
    Process process = start(trace, type);
    around.pause.of(lengths.stage());
    end(trace, process, failure);
  }

  private static Process start(TraceLog trace, String type) {
    String resourceId = UUID.randomUUID().toString();
    return trace.started(TYPE_PREFIX + type, resourceId, process(type.toLowerCase(Locale.ROOT)));
  }

  private static void end(TraceLog trace, Process process, @Nullable Failure failure)
      throws StageFailedException {
    if (failure == null) {
      trace.completed(process);
      return;
    }
    trace.failed(process, failure.message(), failure.category() + ": " + failure.message());
    throw new StageFailedException(process, failure);
  }

  private boolean isUnreachable(String stage) {
    return unreachable.contains(order.label() + stage);
  }

  private static Failure deviceError() {
    return new Failure("MDSO | Connectivity Error - Device Connect", DEVICE_ERROR);
  }

  private static String process(String module) {
    return "scripts.example." + module + ".Activate";
  }

  private void state(String state, String reason) {
    around.market.update(order.id(), resource -> resource.withState(state, reason));
  }

  @Override
  public String toString() {
    return "plan of " + order.id();
  }

  /** What a plan works with; the same for all plans. */
  record Surroundings(
      Market market, InstantSource clock, CollectorLocks locks, ArdaClient arda, Pause pause) {}

  private record Failure(String category, String message) {}

  /** A stage failed, and with it the order. */
  private static final class StageFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Process stage;

    StageFailedException(Process stage, Failure failure) {
      super(failure.message(), null, false, false);
      this.stage = stage;
    }

    /** The platform's nested chain of failures; the innermost is the cause. */
    String reason(Process service) {
      return task("Error in " + service.name() + ", Error: Resource " + stage.resourceId())
          + " failed:"
          + task("Error in " + stage.name() + ", " + getMessage())
          + ".  Please check file: "
          + stage.logFile()
          + "{'resource_id': '"
          + stage.resourceId()
          + "', 'operation': 'activate'}";
    }

    private static String task(String error) {
      return "Failed task:(1) activate: Failed remote script 'activate'(exit code: 1): " + error;
    }
  }
}
