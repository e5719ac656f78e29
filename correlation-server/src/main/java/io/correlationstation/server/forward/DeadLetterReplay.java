// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.Verdict.Outcome;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters again, each once, oldest first. What the destination takes leaves the file;
 * notes have nothing to send and stay until they are removed. Idempotent for Tempo and Loki.
 *
 * <p>Limits that were checked before sending are not checked again: a line that was too old is
 * sent, so that a Loki which now takes it gets it.
 */
public final class DeadLetterReplay {

  private DeadLetterReplay() {}

  /**
   * @param chosen which letters
   * @throws IOException when the file cannot be read or written
   */
  public static ReplayResult run(
      DestinationConfig config, DeadLetters letters, Predicate<DeadLetter> chosen)
      throws IOException, InterruptedException {
    try (Destination destination = Forwarder.create(config, Clock.systemUTC())) {
      return run(config.name(), destination, letters, chosen);
    }
  }

  private static ReplayResult run(
      String name, Destination destination, DeadLetters letters, Predicate<DeadLetter> chosen)
      throws IOException, InterruptedException {
    List<DeadLetter> todo = new ArrayList<>();
    letters.forEach(name, letter -> add(letter, chosen, todo));
    Set<String> done = new HashSet<>();
    long delivered = 0;
    long refused = 0;
    long left = 0;
    String reason = "";
    boolean stopped = false;
    for (DeadLetter letter : todo) {
      Verdict verdict = stopped ? null : send(destination, letter);
      if (verdict == null) {
        left += letter.items();
      } else if (verdict.outcome() == Outcome.DELIVERED && verdict.rejected() == 0) {
        delivered += letter.items();
        done.add(letter.id());
      } else {
        reason = verdict.code() + " " + verdict.detail();
        stopped = isAboutTheDestination(verdict);
        left += stopped ? letter.items() : 0;
        refused += stopped ? 0 : letter.items();
      }
    }
    letters.remove(name, letter -> done.contains(letter.id()));
    return new ReplayResult(delivered, refused, left, reason.strip());
  }

  private static void add(DeadLetter letter, Predicate<DeadLetter> chosen, List<DeadLetter> todo) {
    if (letter.encoding() != DeadLetter.Encoding.NOTE && chosen.test(letter)) {
      todo.add(letter);
    }
  }

  private static boolean isAboutTheDestination(Verdict verdict) {
    return switch (verdict.outcome()) {
      case RETRY, RETRY_SMALLER, HOLD -> true;
      case DELIVERED, PARTLY_TAKEN, SERVER_ERROR, TOO_LARGE, POISON -> false;
    };
  }

  /** The verdict on the letter's last batch, or on the first that was not taken. */
  private static Verdict send(Destination destination, DeadLetter letter)
      throws InterruptedException {
    Verdict verdict = Verdict.of(Outcome.POISON, "unreadable", "nothing in it can be sent");
    for (Batch batch : batches(destination, letter)) {
      try {
        verdict = destination.send(batch);
      } catch (IOException e) {
        return Verdict.retry("io", null, String.valueOf(e.getMessage()));
      }
      if (verdict.outcome() != Outcome.DELIVERED) {
        return verdict;
      }
    }
    return verdict;
  }

  private static List<Batch> batches(Destination destination, DeadLetter letter) {
    if (letter.encoding() != DeadLetter.Encoding.OTLP) {
      return List.of(new Stored(letter));
    }
    Map<String, String> headers =
        letter.tenant() == null ? Map.of() : Map.of(OtlpPacker.TENANT, letter.tenant());
    long received = TimeUnit.MILLISECONDS.toNanos(letter.time().toEpochMilli());
    Frame frame = new Frame(letter.signal(), received, letter.items(), headers, letter.payload());
    return destination.prepare(List.of(frame)).batches();
  }

  /** A letter that is already in the form the destination takes. */
  private record Stored(DeadLetter letter) implements Batch {

    @Override
    public Signal signal() {
      return letter.signal();
    }

    @Override
    public @Nullable String tenant() {
      return letter.tenant();
    }

    @Override
    public int items() {
      return letter.items();
    }

    @Override
    public int bytes() {
      return letter.payload().length;
    }

    @Override
    public List<Batch> halves() {
      return List.of();
    }

    @Override
    public DeadLetter.Encoding encoding() {
      return letter.encoding();
    }

    @Override
    public byte[] payload() {
      return letter.payload();
    }
  }
}
