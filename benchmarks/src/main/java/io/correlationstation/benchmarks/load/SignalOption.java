// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;
import picocli.CommandLine.Option;

/** The option of the commands that can send spans as well as log records. */
final class SignalOption {

  @Option(
      names = "--signal",
      paramLabel = "SIGNAL",
      defaultValue = "traces",
      description = "traces or logs (${DEFAULT-VALUE})")
  private Signal signal = Signal.TRACES;

  Signal signal() {
    return signal;
  }
}
