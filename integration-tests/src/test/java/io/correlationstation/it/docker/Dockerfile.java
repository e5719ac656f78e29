// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code docker/Dockerfile} taken apart into its stages. */
final class Dockerfile {

  /**
   * @param from image or stage that it starts from
   * @param text its instructions, continuation lines joined, one a line
   */
  record Stage(String name, String from, String text) {

    List<String> exposed() {
      List<String> ports = new ArrayList<>();
      for (String line : StackFiles.matches("(?m)^EXPOSE (.*)$", text)) {
        ports.addAll(List.of(line.split(" ")));
      }
      return ports;
    }
  }

  private Dockerfile() {}

  static Map<String, Stage> read() {
    String joined = StackFiles.text("docker/Dockerfile").replaceAll("\\\\\\n\\s*", " ");
    Map<String, Stage> stages = new LinkedHashMap<>();
    for (String part : joined.split("(?m)(?=^FROM )")) {
      if (part.startsWith("FROM ")) {
        String[] words = part.lines().findFirst().orElseThrow().split(" ");
        stages.put(words[3], new Stage(words[3], words[1], part));
      }
    }
    return stages;
  }
}
