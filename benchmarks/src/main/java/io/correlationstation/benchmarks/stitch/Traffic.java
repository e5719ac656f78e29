// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import io.correlationstation.benchmarks.stitch.Application.Call;
import io.correlationstation.benchmarks.stitch.Application.Service;
import io.correlationstation.benchmarks.stitch.Application.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Application} does in six minutes: runs on circuits, their spans as they arrive,
 * and which trace truly came from which.
 *
 * <p>Runs come alone or in bursts on one circuit; few circuits get most of them. The parents of
 * some fragments are left out after the fact, so that their children are orphans.
 */
final class Traffic {

  private static final long EPOCH_NANOS = 1_767_600_000_000_000_000L;
  private static final double SECONDS = 360;
  private static final double BURST = 0.35;
  private static final double FLAKY = 0.015;
  private static final double LATE = 0.01;
  private static final double PLAIN_KEYLESS = 0.05;
  private static final double SLOW = 0.3;
  private static final double SLOWER = 30;
  private static final double[] SURGES_SECONDS = {120, 240};
  private static final double SURGE_SECONDS = 30;

  /** A span as a sender writes it. Kinds are OTLP's. */
  record Span(
      long trace,
      long id,
      long parent,
      String service,
      String name,
      int kind,
      long startNanos,
      long endNanos,
      @Nullable String circuit,
      @Nullable String resource,
      @Nullable String product,
      double arrivalSeconds) {}

  /** A fragment and where it came from; parent 0 for none. */
  record Truth(
      long childTrace,
      long childSpan,
      long parentTrace,
      long parentSpan,
      String cause,
      String edge,
      int run) {}

  final List<Span> spans = new ArrayList<>();
  final List<Truth> truth = new ArrayList<>();
  private final Application application;
  private final Random random;
  private int run;
  private String circuit = "";
  private String resource = "";

  /** The run carries no keys, and keeps its context. */
  private boolean keyless;

  /** What waits for the next round of a scheduled job. */
  private final List<Waiting> waiting = new ArrayList<>();

  /** Calls made in this run. */
  private int hops;

  /** The last request that was served to its end. */
  private long served;

  Traffic(Application application, int runs, long seed) {
    this.application = application;
    this.random = new Random(seed * 1_000_003 + 17);
    int circuits =
        Math.max(2, (int) Math.round(runs * 60 / (SECONDS * application.level.runsPerCircuit)));
    double at = 0;
    for (run = 0; run < runs; run++) {
      if (random.nextDouble() >= BURST) {
        at = begin();
        circuit = String.format("%02d.L1XX.%06d..TEST", run % 90, zipf(circuits));
      } else {
        at += 0.2 + random.nextDouble() * 3;
      }
      resource = String.format("11111111-0000-4000-8000-%012d", run);
      double without = application.shape.keyless();
      keyless = without > 0 && random.nextDouble() < without;
      Service first = application.services.get(first());
      hops = 0;
      serve(first, "start", 2, random.nextLong(), 0, at, null);
    }
    waiting.sort(Comparator.comparingDouble(Waiting::atSeconds));
    pickUp();
    leaveOutParents();
    spans.sort(Comparator.comparingDouble(Span::arrivalSeconds));
  }

  private double begin() {
    double at = random.nextDouble() * SECONDS;
    if (application.shape == Shape.SURGE) {
      double calm = SECONDS + 2 * SURGE_SECONDS * SURGES_SECONDS.length;
      double left = at / SECONDS * calm; // each second of a surge counts three times
      for (double surge : SURGES_SECONDS) {
        double into = Math.min(3 * SURGE_SECONDS, Math.max(0, left - surge));
        left -= into * 2 / 3;
      }
      return left;
    }
    return at;
  }

  /** A loop's work without keys begins anywhere; entries have most of the work first. */
  private int first() {
    if (application.shape == Shape.LOOP && keyless) {
      return random.nextInt(services());
    }
    return application.entries() == 1 ? 0 : zipf(application.entries() + 1);
  }

  private int zipf(int count) {
    return (int) Math.floor(Math.pow(count, random.nextDouble())) - 1;
  }

  private record Origin(long trace, long span, String cause, String edge) {}

  /** A call that a scheduled job picks up, and what the run it belongs to was about. */
  private record Waiting(
      double atSeconds, Call call, Origin origin, int run, String circuit, String resource) {}

  /** All rounds of the scheduled job. */
  private void pickUp() {
    int next = 0;
    for (double round = application.roundSeconds; next < waiting.size(); ) {
      double now = round;
      long trace = random.nextLong();
      long job = random.nextLong();
      boolean any = false;
      for (; next < waiting.size() && waiting.get(next).atSeconds < round; next++) {
        Waiting order = waiting.get(next);
        run = order.run;
        circuit = order.circuit;
        resource = order.resource;
        Service worker = application.services.get(order.call.callee());
        String operation = order.call.operation();
        if (application.together) {
          now = serve(worker, operation, 1, trace, job, now, null);
          any = true;
        } else {
          now = serve(worker, operation, 5, random.nextLong(), 0, now, order.origin);
        }
      }
      if (any) {
        emitJob(trace, job, round, now);
      }
      round += application.roundSeconds;
    }
  }

  /** What runs by the clock has no parent, and is about no one order. */
  private void emitJob(long trace, long job, double from, double to) {
    keyless = true;
    truth.add(new Truth(trace, job, 0, 0, "root", "", run));
    emit(application.services.get(1), "round", 1, trace, job, 0, from, to);
    keyless = false;
  }

  /** One request served, with all it calls; returns when it ends. */
  private double serve(
      Service service,
      String operation,
      int kind,
      long trace,
      long parent,
      double at,
      @Nullable Origin origin) {
    long id = random.nextLong();
    if (parent == 0) {
      truth.add(
          origin == null
              ? new Truth(trace, id, 0, 0, "root", "", run)
              : new Truth(trace, id, origin.trace, origin.span, origin.cause, origin.edge, run));
    }
    double now = at + work(service) / 2;
    double end = now;
    for (Call call : service.calls()) {
      if (goesOn() && random.nextDouble() < call.probability()) {
        double done = call(service, call, trace, id, now);
        end = Math.max(end, done);
        now = call.parallel() ? now + 0.001 : done;
      }
    }
    end = Math.max(end, now) + work(service) / 2;
    emit(service, operation, kind, trace, id, parent, at, end);
    served = id;
    return end;
  }

  private double work(Service service) {
    double usual = service.workSeconds() * Math.exp(0.5 * random.nextGaussian());
    boolean slow = application.shape == Shape.BIMODAL && random.nextDouble() < SLOW;
    return slow ? SLOWER * usual : usual;
  }

  private int services() {
    return application.services.size();
  }

  /** A loop is left after one round and a half. */
  private boolean goesOn() {
    return application.shape != Shape.LOOP || hops < services() * 3 / 2;
  }

  private double call(Service caller, Call call, long trace, long parent, double at) {
    double now = at;
    int attempts = call.attempts() == 1 || random.nextDouble() < 0.7 ? 1 : 2 + random.nextInt(2);
    for (int i = 0; i < attempts; i++) {
      now = attempt(caller, call, trace, parent, now);
    }
    return now;
  }

  private double attempt(Service caller, Call call, long trace, long parent, double at) {
    Service callee = application.services.get(call.callee());
    boolean lost = (call.broken() || random.nextDouble() < FLAKY) && !keyless;
    hops++;
    long exit = caller.showsCalls() ? random.nextLong() : parent;
    String cause = !call.broken() ? "flaky" : call.queued() ? "async" : "sync";
    Origin origin = new Origin(trace, exit, cause, caller.name() + ">" + callee.name());
    long into = lost ? random.nextLong() : trace;
    long under = lost ? 0 : exit;
    double network = 0.0005 + 0.003 * random.nextDouble();
    double end;
    double finished;
    if (call.scheduled()) {
      end = at + 0.001 + network;
      finished = end;
      waiting.add(new Waiting(end, call, origin, run, circuit, resource));
    } else if (call.queued()) {
      end = at + 0.001 + network;
      double picked = call.medianSeconds() * Math.exp(call.sigma() * random.nextGaussian());
      finished = serve(callee, call.operation(), 5, into, under, at + network + picked, origin);
    } else {
      finished = serve(callee, call.operation(), 2, into, under, at + network, origin);
      end = network + finished;
    }
    if (application.shape == Shape.CALLBACKS) {
      reportBack(caller, call, into, finished);
    }
    if (caller.showsCalls()) {
      int kind = call.queued() ? 4 : 3;
      emit(caller, "call " + call.operation(), kind, trace, exit, parent, at, end);
    }
    return end;
  }

  /** The callee tells its caller, later and without context, that it is done. */
  private void reportBack(Service caller, Call call, long trace, double at) {
    Service callee = application.services.get(call.callee());
    long exit = random.nextLong();
    long into = random.nextLong();
    long done = random.nextLong();
    if (!keyless) { // who does keyless work reports from outside, unseen
      emit(callee, "report", 4, trace, exit, served, at, at + 0.001);
    }
    double back = at + call.medianSeconds() * Math.exp(call.sigma() * random.nextGaussian());
    emit(caller, "done", 5, into, done, 0, back, back + work(caller));
    String edge = callee.name() + ">" + caller.name();
    truth.add(
        keyless
            ? new Truth(into, done, 0, 0, "root", "", run)
            : new Truth(into, done, trace, exit, "async", edge, run));
  }

  private void emit(
      Service service,
      String name,
      int kind,
      long trace,
      long id,
      long parent,
      double from,
      double to) {
    boolean none = random.nextDouble() < PLAIN_KEYLESS || keyless;
    double late = random.nextDouble() < LATE ? 1 + random.nextDouble() * 7 : 0;
    spans.add(
        new Span(
            trace,
            id,
            parent,
            service.name(),
            deployed(service, from) ? name + "/v2" : name,
            kind,
            nanos(from, service),
            nanos(to, service),
            !none && keeps(service.circuit()) ? circuit : null,
            !none && keeps(service.resource()) ? resource : null,
            !none && keeps(service.product()) ? "PRD-" + run % 5 : null,
            to + 0.05 + random.nextDouble() + late));
  }

  private boolean deployed(Service service, double at) {
    return application.shape == Shape.RENAMED
        && service.number() % 2 == 1
        && at > SECONDS / 2 + 10 * service.number();
  }

  private boolean keeps(boolean carries) {
    return carries && random.nextDouble() >= application.level.keyLoss;
  }

  private static long nanos(double seconds, Service service) {
    return EPOCH_NANOS + Math.round(seconds * 1e9) + service.skewNanos();
  }

  /** Leaves out the traces that some fragments came from. */
  private void leaveOutParents() {
    Map<Long, Boolean> gone = new HashMap<>();
    for (Truth fragment : truth) {
      if (fragment.parentTrace != 0 && random.nextDouble() < application.level.orphans / 2) {
        gone.put(fragment.parentTrace, true);
      }
    }
    spans.removeIf(span -> gone.containsKey(span.trace));
    truth.removeIf(fragment -> gone.containsKey(fragment.childTrace));
    truth.replaceAll(
        fragment ->
            gone.containsKey(fragment.parentTrace)
                ? new Truth(
                    fragment.childTrace, fragment.childSpan, 0, 0, "orphan", "", fragment.run)
                : fragment);
  }
}
