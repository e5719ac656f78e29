// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.benchmarks.load.Traffic.Orders;
import io.correlationstation.server.journal.Signal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What gzip costs by itself, however it is received: the JDK's {@link Inflater} and the checksum
 * over bodies of the load, in one thread, into one array.
 */
@Command(
    name = "inflate",
    description = "Processor seconds for inflating a million spans or log records.",
    mixinStandardHelpOptions = true)
final class InflateCommand implements Callable<Integer> {

  private static final int BODIES = 400;
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final int HEADER_BYTES = 10;
  private static final int TRAILER_BYTES = 8;

  @Mixin private SignalOption option = new SignalOption();

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "the last one is the warmest (${DEFAULT-VALUE})")
  private int rounds;

  private InflateCommand() {}

  @Override
  public Integer call() throws DataFormatException {
    Orders orders = new Orders(Traffic.PIECES, 1, 1);
    Batches batches =
        option.signal() == Signal.LOGS ? Batches.ofLogs(orders, 1) : Batches.ofSpans(orders, 1);
    List<byte[]> bodies = new ArrayList<>();
    long packed = 0;
    for (int i = 0; i < BODIES; i++) {
      byte[] body = Sender.compress(batches.request(i, NOW));
      bodies.add(body);
      packed += body.length;
    }
    byte[] room = batches.request(0, NOW);
    double millions = (double) BODIES * batches.items() / 1e6;
    System.out.println("| MB a million | compressed | inflate CPU s/M | checksum CPU s/M |");
    System.out.println("| ---: | ---: | ---: | ---: |");
    for (int i = 0; i < rounds; i++) {
      System.out.println(
          String.format(
              Locale.ROOT,
              "| %.0f | %.0f | %.3f | %.3f |",
              (double) room.length * BODIES / 1e6 / millions,
              packed / 1e6 / millions,
              inflate(bodies, room) / millions,
              checksum(room) / millions));
    }
    return 0;
  }

  /** Processor seconds of this thread. */
  private static double inflate(List<byte[]> bodies, byte[] room) throws DataFormatException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    Inflater inflater = new Inflater(true);
    for (byte[] body : bodies) {
      inflater.reset();
      inflater.setInput(body, HEADER_BYTES, body.length - HEADER_BYTES - TRAILER_BYTES);
      if (inflater.inflate(room) != room.length) {
        throw new IllegalStateException("requests differ in length");
      }
    }
    inflater.end();
    return (threads.getCurrentThreadCpuTime() - before) / 1e9;
  }

  private static double checksum(byte[] room) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    CRC32 sum = new CRC32();
    for (int i = 0; i < BODIES; i++) {
      sum.reset();
      sum.update(room);
    }
    return (threads.getCurrentThreadCpuTime() - before) / 1e9;
  }
}
