// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The few file operations that the journal is built from, so that a test can fail each of them or
 * lose what was not forced. Names are plain file names in one directory.
 *
 * <p>Content of a file is durable after its force; that a name exists, is gone or was renamed is
 * durable after {@link #force}. Nothing else may be relied on.
 */
interface JournalDisk extends Closeable {

  /** The names of all files, in no order. */
  List<String> names() throws IOException;

  /** Opens a file for reading; {@link java.nio.file.NoSuchFileException} when there is none. */
  Reader read(String name) throws IOException;

  /** Makes a new file, failing when the name is taken. */
  Writer create(String name) throws IOException;

  /** Makes or replaces a file with this content and forces it; a crash may leave any part of it. */
  void write(String name, byte[] content) throws IOException;

  /** Makes a file with this content or writes it over the start of one, without forcing it. */
  void note(String name, byte[] content) throws IOException;

  /** Renames atomically, replacing what was at {@code to}. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file; nothing happens when there is none. */
  void delete(String name) throws IOException;

  /** Makes creations, renames and deletions durable. */
  void force() throws IOException;

  /** Room left for this process on the file system. */
  long usableBytes() throws IOException;

  /** The first bytes of a file, at most {@code maxBytes}. */
  default ByteBuffer start(String name, int maxBytes) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(maxBytes);
    try (Reader file = read(name)) {
      int n = 0;
      while (start.hasRemaining() && n >= 0) {
        n = file.read(start, start.position());
      }
    }
    return start.flip();
  }

  default long size(String name) throws IOException {
    try (Reader file = read(name)) {
      return file.size();
    }
  }

  /** A file being read; one thread at a time. */
  interface Reader extends Closeable {

    long size() throws IOException;

    /** Reads some bytes at {@code position}; -1 at the end. */
    int read(ByteBuffer target, long position) throws IOException;
  }

  /** A file being appended to; one thread at a time. */
  interface Writer extends Closeable {

    /** Appends all remaining bytes. */
    void write(ByteBuffer source) throws IOException;

    /** Cuts the file to {@code size} bytes and goes on writing there. */
    void truncate(long size) throws IOException;

    void force() throws IOException;
  }
}
