// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that is as unkind as the rules of a POSIX file system allow.
 *
 * <ul>
 *   <li>A power loss keeps any subset of the 512-byte sectors that were written and not forced, and
 *       any length between the forced and the written one; sectors that did not make it are zero or
 *       have their old content.
 *   <li>It keeps any subset of the creations, renames and deletions since the directory was forced.
 *   <li>What was dirty when a force failed is never made durable by a later force, although reads
 *       still show it and the later force succeeds.
 *   <li>A write that fails may have written a part.
 * </ul>
 *
 * A {@link Fault} sees each operation first and may fail it.
 */
final class SimulatedDisk implements JournalDisk {

  private static final int SECTOR = 512;

  /**
   * Throws to fail an operation: {@code create, write, note, force, truncate, rename, delete, dir}.
   */
  interface Fault {
    void before(String operation, String name) throws IOException;
  }

  private static final Fault NONE = (operation, name) -> {};

  private final Random random;
  private final Map<String, Inode> live = new TreeMap<>();
  private final Map<String, Inode> forced = new TreeMap<>();
  private final List<DirectoryChange> unforced = new ArrayList<>();
  private Fault fault = NONE;
  private long capacity = Long.MAX_VALUE;
  private long operations;

  SimulatedDisk(Random random) {
    this.random = random;
  }

  /** What another machine would find after the power came back. */
  synchronized SimulatedDisk afterPowerLoss() {
    Map<String, Inode> names = new TreeMap<>(forced);
    for (DirectoryChange change : unforced) {
      if (random.nextBoolean()) {
        change.apply(names);
      }
    }
    SimulatedDisk after = new SimulatedDisk(random);
    names.forEach((name, inode) -> after.live.put(name, inode.afterPowerLoss(random)));
    after.forced.putAll(after.live);
    return after;
  }

  /** What a new process finds after the old one was killed: everything written, forced or not. */
  synchronized SimulatedDisk afterKill() {
    SimulatedDisk after = new SimulatedDisk(random);
    Map<Inode, Inode> copies = new IdentityHashMap<>();
    live.forEach((name, inode) -> after.live.put(name, copies.computeIfAbsent(inode, Inode::copy)));
    forced.forEach(
        (name, inode) -> after.forced.put(name, copies.computeIfAbsent(inode, Inode::copy)));
    for (DirectoryChange change : unforced) {
      after.unforced.add(
          new DirectoryChange(
              change.remove(),
              change.add(),
              change.inode() == null ? null : copies.computeIfAbsent(change.inode(), Inode::copy)));
    }
    return after;
  }

  synchronized void fault(Fault newFault) {
    fault = newFault;
  }

  synchronized void works() {
    fault = NONE;
  }

  /** From the n-th operation from now on, everything fails. */
  synchronized void dieAfter(long n) {
    long end = operations + n;
    fault =
        (operation, name) -> {
          if (operations > end) {
            throw new IOException("dead disk");
          }
        };
  }

  /** How many operations that change something were tried. */
  synchronized long operations() {
    return operations;
  }

  synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  synchronized byte[] content(String name) {
    return Arrays.copyOf(live.get(name).bytes, live.get(name).length);
  }

  /** Changes a file as no operation would, durably. */
  synchronized void replace(String name, byte[] content) {
    Inode inode = new Inode();
    inode.append(content, content.length);
    inode.force();
    live.put(name, inode);
    forced.put(name, inode);
  }

  synchronized void remove(String name) {
    live.remove(name);
    forced.remove(name);
  }

  @Override
  public synchronized List<String> names() {
    return List.copyOf(live.keySet());
  }

  @Override
  public synchronized Reader read(String name) throws IOException {
    Inode inode = inode(name);
    return new Reader() {
      @Override
      public long size() {
        synchronized (SimulatedDisk.this) {
          return inode.length;
        }
      }

      @Override
      public int read(ByteBuffer target, long position) {
        synchronized (SimulatedDisk.this) {
          if (position >= inode.length) {
            return -1;
          }
          int n = (int) Math.min(target.remaining(), inode.length - position);
          target.put(inode.bytes, (int) position, n);
          return n;
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized Writer create(String name) throws IOException {
    before("create", name);
    if (live.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    Inode inode = new Inode();
    change(new DirectoryChange(null, name, inode));
    return new Writer() {
      @Override
      public void write(ByteBuffer source) throws IOException {
        synchronized (SimulatedDisk.this) {
          append(name, inode, source);
        }
      }

      @Override
      public void truncate(long size) throws IOException {
        synchronized (SimulatedDisk.this) {
          before("truncate", name);
          inode.cut((int) size);
        }
      }

      @Override
      public void force() throws IOException {
        synchronized (SimulatedDisk.this) {
          forceContent(name, inode);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void write(String name, byte[] content) throws IOException {
    Inode inode = live.get(name);
    if (inode == null) {
      before("create", name);
      inode = new Inode();
      change(new DirectoryChange(null, name, inode));
    } else {
      before("truncate", name);
      inode.cut(0);
    }
    append(name, inode, ByteBuffer.wrap(content));
    forceContent(name, inode);
  }

  @Override
  public synchronized void note(String name, byte[] content) throws IOException {
    Inode inode = live.get(name);
    if (inode == null) {
      before("create", name);
      inode = new Inode();
      change(new DirectoryChange(null, name, inode));
    }
    before("note", name);
    inode.cut(0);
    inode.append(content, content.length);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    before("rename", from);
    change(new DirectoryChange(from, to, inode(from)));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    before("delete", name);
    if (live.containsKey(name)) {
      change(new DirectoryChange(name, null, null));
    }
  }

  @Override
  public synchronized void force() throws IOException {
    before("dir", "");
    forced.clear();
    forced.putAll(live);
    unforced.clear();
  }

  @Override
  public synchronized long usableBytes() {
    return capacity - used();
  }

  @Override
  public void close() {}

  private void before(String operation, String name) throws IOException {
    operations++;
    fault.before(operation, name);
  }

  private Inode inode(String name) throws NoSuchFileException {
    Inode inode = live.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  private void change(DirectoryChange change) {
    change.apply(live);
    unforced.add(change);
  }

  private void append(String name, Inode inode, ByteBuffer source) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    try {
      before("write", name);
    } catch (IOException e) {
      inode.append(bytes, random.nextInt(bytes.length + 1));
      throw e;
    }
    long room = capacity - used();
    inode.append(bytes, (int) Math.min(bytes.length, Math.max(0, room)));
    if (room < bytes.length) {
      throw new IOException("No space left on device");
    }
  }

  private void forceContent(String name, Inode inode) throws IOException {
    try {
      before("force", name);
    } catch (IOException e) {
      inode.failForce();
      throw e;
    }
    inode.force();
  }

  private long used() {
    return live.values().stream().mapToLong(inode -> inode.length).sum();
  }

  private record DirectoryChange(String remove, String add, Inode inode) {

    void apply(Map<String, Inode> names) {
      if (remove != null) {
        names.remove(remove);
      }
      if (add != null) {
        names.put(add, inode);
      }
    }
  }

  private static final class Inode {

    private byte[] bytes = new byte[64];
    private int length;
    private byte[] durable = new byte[0];
    private int lostFrom = Integer.MAX_VALUE;
    private int lostTo;

    Inode copy() {
      Inode copy = new Inode();
      copy.bytes = bytes.clone();
      copy.length = length;
      copy.durable = durable;
      copy.lostFrom = lostFrom;
      copy.lostTo = lostTo;
      return copy;
    }

    void append(byte[] source, int n) {
      if (length + n > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + n));
      }
      System.arraycopy(source, 0, bytes, length, n);
      length += n;
    }

    void cut(int size) {
      length = Math.min(length, size);
    }

    void force() {
      durable = Arrays.copyOf(bytes, length);
      for (int i = lostFrom; i < Math.min(lostTo, length); i++) {
        durable[i] = 0;
      }
    }

    void failForce() {
      lostFrom = Math.min(lostFrom, durable.length);
      lostTo = Math.max(lostTo, length);
    }

    Inode afterPowerLoss(Random random) {
      int shorter = Math.min(durable.length, length);
      int longer = Math.max(durable.length, length);
      int newLength =
          switch (random.nextInt(3)) {
            case 0 -> durable.length;
            case 1 -> length;
            default -> shorter + random.nextInt(longer - shorter + 1);
          };
      byte[] kept = Arrays.copyOf(durable, newLength);
      for (int from = 0; from < newLength; from += SECTOR) {
        int to = Math.min(Math.min(from + SECTOR, newLength), length);
        boolean lost = from + SECTOR > lostFrom && from < lostTo;
        if (from < to && !lost && random.nextBoolean()) {
          System.arraycopy(bytes, from, kept, from, to - from);
        }
      }
      Inode after = new Inode();
      after.append(kept, newLength);
      after.force();
      return after;
    }
  }
}
