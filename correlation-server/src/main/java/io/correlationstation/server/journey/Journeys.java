// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journey.Page.Position;
import io.correlationstation.server.journey.TraceQueries.TraceIndex;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.stitch.Handoff;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journeys of every circuit, kept up to date from the journal.
 *
 * <p>Answers are snapshots of what the reader has written so far, usually less than a second behind
 * the journal. Thread-safe; queries throw an unchecked exception when the database fails.
 */
public final class Journeys implements AutoCloseable {

  /**
   * Traces without keys that are listed as fragments; a busy server has a hundred times as many.
   */
  static final int OTHERS_PER_SECOND = 50;

  static final int OTHERS_AT_ONCE = 10_000;

  /** Pairs of frame and trace passed over that are remembered: a minute of a busy server's. */
  private static final int MIN_REMEMBERED = 1 << 18;

  private static final int MAX_BASELINE = 5;
  private static final Logger logger = LoggerFactory.getLogger(Journeys.class);

  private final JourneyDatabase database;
  private final Queries queries;
  private final TraceReader traces;
  private final JourneyWriter writer;
  private final @Nullable JourneyReader reader;
  private final List<Consumer<Changes>> listeners;
  private final Set<String> keys;

  private Journeys(
      JourneyDatabase database,
      Queries queries,
      TraceReader traces,
      JourneyWriter writer,
      @Nullable JourneyReader reader,
      List<Consumer<Changes>> listeners,
      Set<String> keys) {
    this.database = database;
    this.queries = queries;
    this.traces = traces;
    this.writer = writer;
    this.reader = reader;
    this.listeners = listeners;
    this.keys = keys;
  }

  /**
   * Opens the store and starts to follow the journal.
   *
   * @param tables shared with other readers of that journal
   * @throws IOException when the journal's cursor cannot be opened
   * @throws RuntimeException when the database cannot be opened
   */
  public static Journeys start(
      JourneyConfig config, Journal journal, SpanTables tables, PrometheusRegistry registry)
      throws IOException {
    return open(config, journal, tables, registry, Clock.systemUTC());
  }

  /**
   * Opens the store as it is: answers do not change, because nothing reads the journal.
   *
   * @throws RuntimeException when the database cannot be opened
   */
  public static Journeys atRest(JourneyConfig config, Journal journal, PrometheusRegistry registry)
      throws IOException {
    return open(config, journal, null, registry, Clock.systemUTC());
  }

  static Journeys start(
      JourneyConfig config, Journal journal, PrometheusRegistry registry, Clock clock)
      throws IOException {
    return open(config, journal, new SpanTables(config.attributeNames()), registry, clock);
  }

  /**
   * @param tables null when the journal is not to be followed
   */
  private static Journeys open(
      JourneyConfig config,
      Journal journal,
      @Nullable SpanTables tables,
      PrometheusRegistry registry,
      Clock clock)
      throws IOException {
    requireNonNull(journal, "journal");
    JourneyDatabase database = JourneyDatabase.open(config.jdbcUrl());
    try {
      JourneyMetrics metrics = new JourneyMetrics(registry, clock);
      Aliases aliases = new Aliases();
      RecentRows recent = new RecentRows();
      JourneyWriter writer = new JourneyWriter(database.jdbi(), aliases, recent);
      List<Consumer<Changes>> listeners = new CopyOnWriteArrayList<>();
      KeyVocabulary vocabulary = config.vocabulary();
      Admission admission =
          new Admission(
              OTHERS_PER_SECOND, OTHERS_AT_ONCE, 2 * config.maxFragments(), MIN_REMEMBERED);
      JourneyReader reader =
          tables == null
              ? null
              : JourneyReader.start(
                  new JourneyReader.Source(
                      journal,
                      admission,
                      new FrameScan(vocabulary, config.observers(), admission, tables),
                      config.maxBatchFrames()),
                  new JourneyReader.Store(
                      writer,
                      new Retention(
                          database.jdbi(),
                          config,
                          metrics,
                          clock,
                          () -> journal.status().oldestSequence(),
                          recent::clear)),
                  metrics,
                  changes -> notify(listeners, changes));
      return new Journeys(
          database,
          Queries.over(database.jdbi(), aliases, config, clock),
          new TraceReader(journal, vocabulary, config.observers()),
          writer,
          reader,
          listeners,
          vocabulary.keys());
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Names of the keys whose values are learnt to belong together. */
  public Set<String> keys() {
    return keys;
  }

  /** What an id of any kind leads to. */
  public Lookup lookup(String id) {
    return queries.lookups().lookup(id);
  }

  /** Everything about the circuit that an id leads to, or null when it is not known. */
  public @Nullable Circuit circuit(String id) {
    return queries.circuits().circuit(id);
  }

  /** A journey by its id, or by the id of a journey that has become part of it; or null. */
  public @Nullable Journey journey(String id) {
    return queries.journeys().journey(id);
  }

  /** Journeys in one line each, from new to old. */
  public Page<JourneySummary> journeys(JourneyFilter filter, int limit, @Nullable Position after) {
    return queries.journeys().summaries(filter, limit, after);
  }

  /** Correlation records from new to old. */
  public Page<Correlation> correlations(
      CorrelationFilter filter, int limit, @Nullable Position after) {
    return queries.correlations().correlations(filter, limit, after);
  }

  /** Handoffs from new to old, by the time of the child. */
  public Page<Link> links(LinkFilter filter, int limit, @Nullable Position after) {
    return queries.handoffs().links(filter, limit, after);
  }

  /** A handoff by its id, or null. */
  public @Nullable Link link(String id) {
    return queries.handoffs().link(id);
  }

  /** What stands for the child of that handoff, if it is another one; or null. */
  public @Nullable Handoff standingInsteadOf(Handoff handoff) {
    return queries.handoffs().standingInsteadOf(handoff);
  }

  /** What persons said of a handoff, the latest last. */
  public List<VerdictEntry> verdicts(String handoffId) {
    return queries.handoffs().verdicts(handoffId);
  }

  /**
   * A trace with its spans, or null when it is not known.
   *
   * @param traceId 32 hexadecimal digits in any case, dashes allowed
   */
  public @Nullable TraceDetail trace(String traceId) {
    String id = Aliases.traceId(traceId);
    TraceIndex index = queries.traces().trace(id);
    if (index == null) {
      return null;
    }
    TraceReader.Spans spans = traces.read(id, index.frames());
    List<LogLine> logs =
        index.fragment() == null ? traces.readLogs(id, index.frames()) : index.logs();
    return new TraceDetail(
        id, index.fragment(), spans.spans(), index.links(), logs, spans.complete());
  }

  /** Workflows and steps of a journey in order of their start, and how each stands now. */
  public List<WorkflowStep> steps(Journey journey) {
    return queries.journeys().steps(journey);
  }

  /** Spans of all fragments of a journey, and whether none of them is gone. */
  public TraceReader.Spans spans(Journey journey) {
    List<TraceDetail.Span> spans = new ArrayList<>();
    boolean complete = true;
    for (Fragment fragment : journey.fragments()) {
      TraceDetail trace = trace(fragment.traceId());
      if (trace != null) {
        spans.addAll(trace.spans());
        complete &= trace.complete();
      }
    }
    return new TraceReader.Spans(spans, complete);
  }

  /** The journey compared with the newest good ones of its kind, or null when it is not known. */
  public @Nullable JourneyDiff diff(String journeyId) {
    Journey journey = journey(journeyId);
    if (journey == null) {
      return null;
    }
    List<JourneyDiff.Run> good = new ArrayList<>();
    for (String id : queries.journeys().goodOnesLike(journey.id(), MAX_BASELINE)) {
      Journey other = journey(id);
      if (other != null) {
        good.add(new JourneyDiff.Run(other.id(), spans(other).spans()));
      }
    }
    return JourneyDiff.between(new JourneyDiff.Run(journey.id(), spans(journey).spans()), good);
  }

  /** Calls the listener after every change, on the reader's thread: it must not block. */
  public AutoCloseable onChange(Consumer<Changes> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Sequence number of the last frame that answers take into account, or -1. */
  public long position() {
    return writer.position();
  }

  /** Why journeys fall behind at the moment, or null when they do not. */
  public @Nullable String trouble() {
    return reader == null ? null : reader.trouble();
  }

  /** Stops reading, then closes the database. */
  @Override
  public void close() {
    if (reader != null) {
      reader.close();
    }
    database.close();
  }

  private static void notify(List<Consumer<Changes>> listeners, Changes changes) {
    for (Consumer<Changes> listener : listeners) {
      try {
        listener.accept(changes);
      } catch (RuntimeException e) {
        logger.warn("A listener of journey changes failed", e);
      }
    }
  }

  /** The questions by what they are about, over one database. */
  private record Queries(
      LookupQueries lookups,
      CircuitQueries circuits,
      JourneyQueries journeys,
      CorrelationQueries correlations,
      HandoffQueries handoffs,
      TraceQueries traces) {

    static Queries over(Jdbi jdbi, Aliases aliases, JourneyConfig config, Clock clock) {
      JourneyQueries journeys = new JourneyQueries(jdbi, aliases, config, clock);
      return new Queries(
          new LookupQueries(jdbi, aliases, config),
          new CircuitQueries(jdbi, aliases, config, journeys),
          journeys,
          new CorrelationQueries(jdbi, aliases),
          new HandoffQueries(jdbi, aliases),
          new TraceQueries(jdbi));
    }
  }
}
