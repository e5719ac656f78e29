// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journal.DelegatingCursor;
import io.correlationstation.server.journal.DelegatingJournal;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A journal whose cursor fails once, at its third frame. */
final class StumblingJournal extends DelegatingJournal {

  private static final int FAILING_POLL = 3;

  StumblingJournal(Journal journal) {
    super(journal);
  }

  @Override
  public JournalCursor cursor(String name) throws IOException {
    return new StumblingCursor(super.cursor(name));
  }

  private static final class StumblingCursor extends DelegatingCursor {

    private int polls;

    StumblingCursor(JournalCursor cursor) {
      super(cursor);
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
      if (++polls == FAILING_POLL) {
        throw new IOException("disk stumbled");
      }
      return super.poll(maxWait);
    }
  }
}
