// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.journal.DelegatingCursor;
import io.correlationstation.server.journal.DelegatingJournal;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A journal whose cursors hand out nothing twice after each frame, as one does after a crash. */
final class PausingJournal extends DelegatingJournal {

  private static final int PAUSES = 2;

  PausingJournal(Journal journal) {
    super(journal);
  }

  @Override
  public JournalCursor cursor(String name) throws IOException {
    return new PausingCursor(super.cursor(name));
  }

  private static final class PausingCursor extends DelegatingCursor {

    private int pauses;

    PausingCursor(JournalCursor cursor) {
      super(cursor);
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
      if (pauses > 0) {
        pauses--;
        return null;
      }
      Entry entry = super.poll(maxWait);
      pauses = entry == null ? 0 : PAUSES;
      return entry;
    }
  }
}
