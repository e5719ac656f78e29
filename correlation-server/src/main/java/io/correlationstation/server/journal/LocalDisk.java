// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the local file system, mode 0700, with files of mode 0600.
 *
 * <p>An interrupted thread closes the {@link FileChannel} it is using, for everybody. Therefore no
 * channel is shared between threads, and the short operations that a reader's thread runs ({@link
 * #write}, {@link #note}, {@link #force()}) put an interrupt off until they are done.
 */
final class LocalDisk implements JournalDisk {

  static final String LOCK_NAME = "lock";

  private static final Set<String> NETWORK_TYPES =
      Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "9p", "fuse.sshfs");

  private final Path directory;
  private final FileAttribute<?>[] fileMode;
  private final @Nullable FileChannel lockChannel;

  private LocalDisk(
      Path directory, FileAttribute<?>[] fileMode, @Nullable FileChannel lockChannel) {
    this.directory = directory;
    this.fileMode = fileMode;
    this.lockChannel = lockChannel;
  }

  /**
   * Makes the directory if need be and takes its lock.
   *
   * @throws IOException when another process, or another journal of this one, has the lock
   */
  static LocalDisk open(Path directory) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    makeDirectory(directory, posix);
    FileAttribute<?>[] fileMode = mode(posix, "rw-------");
    return new LocalDisk(directory, fileMode, lock(directory.resolve(LOCK_NAME), fileMode));
  }

  /** Looks at a directory without taking its lock or changing anything. */
  static LocalDisk readOnly(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new IOException("no journal at " + directory);
    }
    return new LocalDisk(directory, new FileAttribute<?>[0], null);
  }

  /** The type of a network file system the directory is on, or null when it is a local one. */
  @Nullable String networkType() throws IOException {
    String type = Files.getFileStore(directory).type().toLowerCase(Locale.ROOT);
    return NETWORK_TYPES.contains(type) ? type : null;
  }

  @Override
  public List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .map(file -> file.getFileName().toString())
          .toList();
    }
  }

  @Override
  public Reader read(String name) throws IOException {
    return new LocalReader(FileChannel.open(directory.resolve(name), READ));
  }

  @Override
  public Writer create(String name) throws IOException {
    return new LocalWriter(channel(name, Set.of(CREATE_NEW, WRITE)));
  }

  @Override
  public void write(String name, byte[] content) throws IOException {
    uninterrupted(
        () -> {
          try (FileChannel channel = channel(name, Set.of(CREATE, TRUNCATE_EXISTING, WRITE))) {
            writeFully(channel, ByteBuffer.wrap(content));
            channel.force(true);
          }
        });
  }

  @Override
  public void note(String name, byte[] content) throws IOException {
    uninterrupted(
        () -> {
          try (FileChannel channel = channel(name, Set.of(CREATE, WRITE))) {
            writeFully(channel, ByteBuffer.wrap(content));
          }
        });
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(
        directory.resolve(from),
        directory.resolve(to),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void force() throws IOException {
    uninterrupted(
        () -> {
          try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
          }
        });
  }

  @Override
  public long usableBytes() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  @Override
  public void close() throws IOException {
    if (lockChannel != null) {
      lockChannel.close();
    }
  }

  private FileChannel channel(String name, Set<? extends OpenOption> options) throws IOException {
    return FileChannel.open(directory.resolve(name), options, fileMode);
  }

  private static void makeDirectory(Path directory, boolean posix) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    try {
      Files.createDirectories(directory, mode(posix, "rwx------"));
    } catch (FileAlreadyExistsException e) {
      throw new IOException("journal directory is a file: " + directory, e);
    }
  }

  private static FileAttribute<?>[] mode(boolean posix, String permissions) {
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static FileChannel lock(Path file, FileAttribute<?>[] fileMode) throws IOException {
    FileChannel channel = FileChannel.open(file, Set.of(CREATE, WRITE), fileMode);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException("journal is open already in this process: " + file.getParent(), e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException("journal is in use by another process: " + file.getParent());
  }

  private static void writeFully(FileChannel channel, ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  /** Runs a repeatable action to its end, however often the thread is interrupted meanwhile. */
  private static void uninterrupted(Action action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          action.run();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private record LocalReader(FileChannel channel) implements Reader {

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record LocalWriter(FileChannel channel) implements Writer {

    @Override
    public void write(ByteBuffer source) throws IOException {
      writeFully(channel, source);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
