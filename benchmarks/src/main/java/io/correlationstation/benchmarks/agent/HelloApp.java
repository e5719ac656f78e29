// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import com.sun.management.OperatingSystemMXBean;
import io.javalin.Javalin;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The service that is measured: it says hello, and what it has used up so far. */
public final class HelloApp {

  private static final Map<Long, Long> nanosOfThread = new ConcurrentHashMap<>();

  private HelloApp() {}

  /** Prints {@code PORT} and the port. */
  public static void main(String[] args) {
    Javalin app =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.jetty.host = "127.0.0.1";
              config.routes.get("/hello", context -> context.result("hello"));
              config.routes.get(
                  "/used",
                  context ->
                      context.result(
                          allocatedBytes()
                              + " "
                              + cpuNanos()
                              + " "
                              + threadNanos()
                              + " "
                              + compileNanos()));
            });
    app.start(0);
    System.out.println("PORT " + app.port());
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /**
   * Processor time of the threads that run Java, without compilers and collectors. Threads that
   * ended count with what they had when this was last asked.
   */
  private static long threadNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (long thread : threads.getAllThreadIds()) {
      long nanos = threads.getThreadCpuTime(thread);
      if (nanos > 0) {
        nanosOfThread.put(thread, nanos);
      }
    }
    return nanosOfThread.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Time that compilers were at work, waits for a processor included. */
  private static long compileNanos() {
    return ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * 1_000_000;
  }

  /** All threads, ended ones included where the JVM knows them (since 21). */
  private static long allocatedBytes() throws ReflectiveOperationException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Class<?> type = com.sun.management.ThreadMXBean.class;
    try {
      return (long) type.getMethod("getTotalThreadAllocatedBytes").invoke(threads);
    } catch (NoSuchMethodException before21) {
      long sum = 0;
      for (long bytes :
          ((com.sun.management.ThreadMXBean) threads)
              .getThreadAllocatedBytes(threads.getAllThreadIds())) {
        sum += Math.max(bytes, 0);
      }
      return sum;
    }
  }
}
