// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of cursors. Two for the state of each, written in turn: a new state replaces the older
 * of the two by a rename, so that whatever fails or is lost, the other one or its predecessor is
 * whole. A third one for its marks.
 */
final class CursorFiles {

  /** Ends the name of a file that is being written; such a file means nothing after a restart. */
  static final String UNFINISHED = ".tmp";

  private static final String MARKS = ".marks";
  private static final Pattern CURSOR_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern FILE_NAME = Pattern.compile("(.+)\\.([01])\\.cursor");

  private final JournalDisk disk;

  CursorFiles(JournalDisk disk) {
    this.disk = disk;
  }

  /** Refuses names that do not make good file names. */
  static String requireName(String name) {
    if (!CURSOR_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("cursor name does not match " + CURSOR_NAME + ": " + name);
    }
    return name;
  }

  /**
   * The newest readable state of each cursor that has a file; null where no file can be read.
   *
   * <p>A cursor without a readable state is not forgotten: it reads from the oldest frame again,
   * rather than have frames deleted that it may not have seen.
   */
  Map<String, @Nullable CursorState> load(List<String> names) throws IOException {
    Map<String, @Nullable CursorState> states = new HashMap<>();
    for (String file : names) {
      Matcher name = FILE_NAME.matcher(file);
      if (name.matches()) {
        CursorState state = CursorState.parse(disk.start(file, CursorState.BYTES + 1));
        CursorState other = states.get(name.group(1));
        boolean newer = other == null || (state != null && state.generation() > other.generation());
        states.put(name.group(1), newer ? state : other);
      }
    }
    return states;
  }

  /** Writes a state; it is durable once the directory has been forced. */
  void store(String name, CursorState state) throws IOException {
    String file = file(name, state.generation() & 1);
    disk.write(file + UNFINISHED, state.encode());
    disk.rename(file + UNFINISHED, file);
  }

  /** What that cursor had handed out when it was last used; nothing after an orderly close. */
  CursorMarks marks(String name, long journalId) throws IOException {
    try {
      return CursorMarks.parse(disk.start(name + MARKS, CursorMarks.BYTES + 1), journalId);
    } catch (NoSuchFileException e) {
      return CursorMarks.clean(journalId);
    }
  }

  /** Writes marks without forcing them. */
  void mark(String name, CursorMarks marks) throws IOException {
    disk.note(name + MARKS, marks.encode());
  }

  void unmark(String name) throws IOException {
    disk.delete(name + MARKS);
  }

  void delete(String name) throws IOException {
    unmark(name);
    disk.delete(file(name, 0));
    disk.delete(file(name, 1));
    disk.force();
  }

  private static String file(String name, long slot) {
    return name + "." + slot + ".cursor";
  }
}
