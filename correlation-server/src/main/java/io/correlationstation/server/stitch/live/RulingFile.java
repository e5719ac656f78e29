// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.stitch.Ruling;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every ruling that was carried out, in a file that only grows: a person's word holds for good,
 * while the journal deletes old frames and a saved state can be lost.
 *
 * <pre>
 *   line = sequence number of the ruling's frame, tab, the ruling as {@link RulingLines} writes it
 * </pre>
 *
 * <p>A line without its line feed was cut by a crash and is dropped at the next start: its frame is
 * read again. Not thread-safe.
 */
final class RulingFile implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(RulingFile.class);
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** A ruling and the frame it came in. Sequence numbers alone start over with a new journal. */
  private record Kept(long sequence, Ruling ruling) {}

  private record Key(long sequence, long timeNanos) {}

  private final FileChannel channel;
  private final Set<Key> known = new HashSet<>();
  private List<Kept> kept = new ArrayList<>();
  private int unreadable;

  private RulingFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens the file, made when there is none, and reads what it holds. */
  static RulingFile open(Path file) throws IOException {
    byte[] content = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
    RulingFile rulings = new RulingFile(channel);
    int start = 0;
    for (int at = 0; at < content.length; at++) {
      if (content[at] == '\n') {
        rulings.keep(new String(content, start, at - start, UTF_8));
        start = at + 1;
      }
    }
    channel.truncate(start);
    channel.position(start);
    return rulings;
  }

  private void keep(String line) {
    try {
      int tab = line.indexOf('\t');
      long sequence = Long.parseLong(line, 0, Math.max(0, tab), 10);
      for (Ruling ruling : RulingLines.parse(line.substring(tab + 1).getBytes(UTF_8))) {
        kept.add(new Kept(sequence, ruling));
        known.add(new Key(sequence, ruling.timeNanos()));
      }
    } catch (IllegalArgumentException e) {
      unreadable++;
      LOGGER.warn("a ruling in the stitcher's file is not readable and left out", e);
    }
  }

  /** Lines that could not be read. */
  int unreadable() {
    return unreadable;
  }

  /**
   * The rulings up to a frame, in their order, and those of an earlier journal; once, as they are
   * not kept in memory.
   *
   * @param sequence the last frame that is not read again
   * @param nextSequence of the journal: whatever is beyond it belongs to an earlier one
   */
  List<Ruling> takeUpTo(long sequence, long nextSequence) {
    List<Ruling> taken = new ArrayList<>();
    for (Kept each : kept) {
      if (each.sequence <= sequence || each.sequence >= nextSequence) {
        taken.add(each.ruling);
      }
    }
    kept = new ArrayList<>();
    return taken;
  }

  /** Keeps the rulings of a frame, forced to disk, unless it has them from an earlier reading. */
  void add(long sequence, List<Ruling> rulings) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    List<Key> keys = new ArrayList<>();
    for (Ruling ruling : rulings) {
      Key key = new Key(sequence, ruling.timeNanos());
      if (!known.contains(key)) {
        keys.add(key);
        lines.writeBytes((sequence + "\t").getBytes(UTF_8));
        lines.writeBytes(RulingLines.payload(ruling));
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    append(ByteBuffer.wrap(lines.toByteArray()));
    known.addAll(keys);
  }

  private void append(ByteBuffer bytes) throws IOException {
    long end = channel.position();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    } catch (IOException e) {
      channel.truncate(end);
      channel.position(end);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
