// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.mdso;

import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Milliseconds of CPU that the measured iterations took, all together: on a machine that does other
 * things too, operations a second of CPU say more than those a second of the clock.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {

  /** Public because JMH reads it. */
  public double cpuMillis;

  private long begin;

  @Setup(Level.Iteration)
  public void begin() {
    begin = now();
  }

  @TearDown(Level.Iteration)
  public void end() {
    cpuMillis = (now() - begin) / 1e6;
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
