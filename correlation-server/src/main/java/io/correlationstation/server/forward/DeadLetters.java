// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead-letter files: {@code <destination>.jsonl}, one {@link DeadLetter} a line with its
 * payload in base64. Plain text, so that anything can read them while the server runs.
 *
 * <p>A letter is on disk when {@link #append} returns. A line that cannot be read (the torn end
 * after a power loss) is stepped over and kept by {@link #remove}. Safe for several threads and, by
 * a lock file, for several processes.
 */
public final class DeadLetters {

  private static final Logger logger = LoggerFactory.getLogger(DeadLetters.class);
  private static final String SUFFIX = ".jsonl";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  /** File locks are between processes; threads of one process take this one first. */
  private static final Object IN_PROCESS = new Object();

  private final Path dir;
  private final long maxBytes;

  private DeadLetters(Path dir, long maxBytes) {
    this.dir = dir;
    this.maxBytes = maxBytes;
  }

  /**
   * @param dir made when missing
   * @param maxBytes quota of each destination's file
   */
  public static DeadLetters in(Path dir, long maxBytes) throws IOException {
    Files.createDirectories(dir);
    return new DeadLetters(dir, maxBytes);
  }

  /** Names of destinations that have dead letters, sorted. */
  public List<String> destinations() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dir, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (Files.size(file) > 0) {
          names.add(name.substring(0, name.length() - SUFFIX.length()));
        }
      }
    }
    names.sort(null);
    return names;
  }

  /** Gives every letter of the destination to {@code reader}, oldest first, each id once. */
  public void forEach(String destination, Consumer<DeadLetter> reader) throws IOException {
    Path file = file(destination);
    if (!Files.exists(file)) {
      return;
    }
    Set<String> seen = new HashSet<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        DeadLetter letter = parse(line);
        if (letter != null && seen.add(letter.id())) {
          reader.accept(letter);
        }
      }
    }
  }

  /**
   * Appends the letters of one destination and forces them to disk.
   *
   * @return false when they do not fit the quota; then none is stored
   */
  boolean append(String destination, List<DeadLetter> letters) throws IOException {
    ByteBuffer lines = ByteBuffer.wrap(render(letters));
    return locked(
        () -> {
          Path file = file(destination);
          boolean made = create(file);
          try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size + lines.remaining() + 1 > maxBytes) {
              return false;
            }
            channel.position(size);
            write(channel, endsOpen(channel) ? ByteBuffer.wrap(new byte[] {'\n'}) : null);
            write(channel, lines);
            channel.force(true);
          }
          if (made) {
            forceDir();
          }
          return true;
        });
  }

  /**
   * Removes the letters that {@code done} accepts.
   *
   * @return how many
   */
  public int remove(String destination, Predicate<DeadLetter> done) throws IOException {
    return locked(
        () -> {
          Path file = file(destination);
          return Files.exists(file) ? rewrite(file, done) : 0;
        });
  }

  private int rewrite(Path file, Predicate<DeadLetter> done) throws IOException {
    Path next = dir.resolve(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    create(next);
    Set<String> removed = new HashSet<>();
    try (BufferedReader lines = Files.newBufferedReader(file);
        FileChannel out = FileChannel.open(next, StandardOpenOption.WRITE)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        DeadLetter letter = parse(line);
        if (letter != null && done.test(letter)) {
          removed.add(letter.id());
        } else {
          write(out, ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8)));
        }
      }
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDir();
    return removed.size();
  }

  private Path file(String destination) {
    if (!DestinationConfig.isName(destination)) {
      throw new IllegalArgumentException("no destination has this name: " + destination);
    }
    return dir.resolve(destination + SUFFIX);
  }

  private static byte[] render(List<DeadLetter> letters) throws JsonProcessingException {
    StringBuilder lines = new StringBuilder();
    for (DeadLetter letter : letters) {
      lines.append(JSON.writeValueAsString(letter)).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable DeadLetter parse(String line) {
    try {
      return JSON.readValue(line, DeadLetter.class);
    } catch (JsonProcessingException e) {
      logger.debug("dead letter cannot be read", e);
      return null;
    }
  }

  /** Makes the file readable by its owner only; false when it is there. */
  private static boolean create(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      return false;
    }
    if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    return true;
  }

  private static boolean endsOpen(FileChannel channel) throws IOException {
    long size = channel.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    return size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n';
  }

  private static void write(FileChannel channel, @Nullable ByteBuffer bytes) throws IOException {
    while (bytes != null && bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void forceDir() throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T locked(Work<T> work) throws IOException {
    synchronized (IN_PROCESS) {
      Path lock = dir.resolve(".lock");
      create(lock);
      try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
        channel.lock();
        return work.run();
      }
    }
  }
}
