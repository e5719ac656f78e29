// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import java.util.List;

/** How much of the server runs; each stage adds to the one before. */
enum Stage {
  /** Takes requests in, checks every byte, answers; keeps nothing. */
  RECEIVE("receive and check", List.of()),
  /** Acknowledges once the journal is forced. */
  JOURNAL("+ durable journal", List.of("--stitch=false", "--journeys=false")),
  STITCH("+ stitch", List.of("--journeys=false")),
  JOURNEYS("+ journeys", List.of()),
  /** Everything: forwards spans and logs without compression to a sink that takes them at once. */
  FORWARD("+ forward", List.of());

  private final String title;
  private final List<String> arguments;

  Stage(String title, List<String> arguments) {
    this.title = title;
    this.arguments = arguments;
  }

  String title() {
    return title;
  }

  /** What the server is to be told. */
  List<String> arguments() {
    return arguments;
  }
}
