// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The stitcher's whole state in one file, together with the place in the journal that it reflects.
 *
 * <pre>
 *   8  "CORRSTCH"
 *   4  version of this format
 *   8  sequence number of the last frame taken
 *   8  newest end of a pushed span, nanoseconds since the epoch; 0 when there was none
 *   8  when the frame with that span was received
 *   …  the configuration as text, then the state ({@link ObjectGraph})
 *   8  CRC32C of all before
 * </pre>
 *
 * <p>A new file is written beside the old one, forced, and renamed over it: there is always a whole
 * one. Not thread-safe.
 */
final class SavedState {

  private static final long MAGIC = 0x434f525253544348L;
  private static final int VERSION = 9;
  private static final int BUFFER = 1 << 16;
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * A stitcher as it was, and where.
   *
   * @param sequence the last frame it has taken
   */
  record State(
      Stitcher stitcher,
      Horizon horizon,
      Calibration calibration,
      Admission admission,
      JourneyTraces journeyTraces,
      TakenBack takenBack,
      long sequence,
      long newestEndNanos,
      long newestReceivedNanos) {}

  private final Path file;
  private final StitchConfig config;
  private final List<?> externals;

  /**
   * @param externals what the state refers to and this process makes anew, in a fixed order
   */
  SavedState(Path file, StitchConfig config, List<?> externals) {
    this.file = file;
    this.config = config;
    this.externals = externals;
  }

  /** Writes a new file beside the old one, to the system's pages: nothing waits for the disk. */
  Written write(State state) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING),
            OWNER_ONLY);
    try {
      write(state, channel);
      return new Written(channel, channel.position(), fresh, file);
    } catch (UncheckedIOException e) {
      channel.close();
      throw e.getCause();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void write(State state, FileChannel channel) {
    CheckedOutputStream sum =
        new CheckedOutputStream(Channels.newOutputStream(channel), new CRC32C());
    StateOutput out = new StateOutput(sum);
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(state.sequence);
    out.writeLong(state.newestEndNanos);
    out.writeLong(state.newestReceivedNanos);
    ObjectGraph.write(
        new Object[] {
          text(config),
          state.stitcher,
          state.horizon,
          state.calibration,
          state.admission,
          state.journeyTraces,
          state.takenBack
        },
        externals,
        out);
    out.flush(); // the sum is of all that was written through
    out.writeLong(sum.getChecksum().getValue());
    out.flush();
  }

  /** A new file that is not yet the file. Any thread, once. */
  record Written(FileChannel channel, long bytes, Path fresh, Path file) {

    /** Forces it to the disk, and replaces the old one. */
    void putInPlace() throws IOException {
      try (channel) {
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /**
   * Reads the file.
   *
   * @return null when there is none, or when it was written under another configuration
   * @throws IOException when it is damaged or of another version of the program
   */
  @Nullable State read() throws IOException {
    if (Files.notExists(file)) {
      return null;
    }
    requireWhole();
    try (InputStream buffered = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      DataInputStream in = new DataInputStream(buffered);
      if (in.readLong() != MAGIC) {
        throw new IOException("not a saved state");
      }
      int version = in.readInt();
      if (version != VERSION) {
        throw new IOException("saved state of version " + version);
      }
      long sequence = in.readLong();
      long newestEndNanos = in.readLong();
      long newestReceivedNanos = in.readLong();
      Object[] saved = (Object[]) ObjectGraph.read(externals, in);
      if (!text(config).equals(saved[0])) {
        return null;
      }
      return new State(
          (Stitcher) saved[1],
          (Horizon) saved[2],
          (Calibration) saved[3],
          (Admission) saved[4],
          (JourneyTraces) saved[5],
          (TakenBack) saved[6],
          sequence,
          newestEndNanos,
          newestReceivedNanos);
    }
  }

  /** Every setting; sets sorted, because their order differs from process to process. */
  private static String text(StitchConfig config) {
    StringBuilder text = new StringBuilder();
    for (RecordComponent component : StitchConfig.class.getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(config);
        text.append(component.getName())
            .append('=')
            .append(value instanceof Set<?> set ? new TreeSet<>(set) : value)
            .append('\n');
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a public record has public accessors", e);
      }
    }
    return text.toString();
  }

  /** The sum first: what is read must not depend on damaged bytes. */
  private void requireWhole() throws IOException {
    long left = Files.size(file) - Long.BYTES;
    if (left <= 0) {
      throw new IOException("saved state of " + (left + Long.BYTES) + " bytes");
    }
    try (InputStream buffered = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      CheckedInputStream sum = new CheckedInputStream(buffered, new CRC32C());
      byte[] chunk = new byte[BUFFER];
      while (left > 0) {
        int count = sum.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (count < 0) {
          throw new IOException("saved state was cut while it was read");
        }
        left -= count;
      }
      if (new DataInputStream(buffered).readLong() != sum.getChecksum().getValue()) {
        throw new IOException("checksum of the saved state differs");
      }
    }
  }

  /** Puts a file that can't be used out of the way, under a name that says so. */
  void setAside() throws IOException {
    Files.move(
        file,
        file.resolveSibling(file.getFileName() + ".damaged"),
        StandardCopyOption.REPLACE_EXISTING);
  }
}
