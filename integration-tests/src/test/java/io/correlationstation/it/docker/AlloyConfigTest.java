// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** As far as Alloy's file can be checked without Alloy; its known traps each have a test. */
class AlloyConfigTest {

  private final String config = StackFiles.text("docker/alloy/config.alloy");
  private final String code = config.replaceAll("(?m)(^|\\s)//.*$", "");

  @Test
  void brackets_areBalanced() {
    Deque<Character> open = new ArrayDeque<>();
    Map<Character, Character> pairs = Map.of('}', '{', ']', '[', ')', '(');
    String bare = code.replaceAll("\"(?:\\\\.|[^\"\\\\])*\"", "\"\"");

    for (char c : bare.toCharArray()) {
      if (pairs.containsValue(c)) {
        open.push(c);
      } else if (pairs.containsKey(c)) {
        assertThat(open.poll()).isEqualTo(pairs.get(c));
      }
    }

    assertThat(open).isEmpty();
  }

  @Test
  void components_referToComponentsThatExist() {
    List<String> declared = new ArrayList<>();
    Matcher blocks = Pattern.compile("(?m)^([a-z0-9_.]+) \"(\\w+)\" \\{").matcher(code);
    while (blocks.find()) {
      declared.add(blocks.group(1) + "." + blocks.group(2));
    }
    List<String> references =
        StackFiles.matches(
            "\\b((?:loki|local|otelcol)(?:\\.\\w+)+?)\\.(?:targets|receiver|input|handler)\\b",
            code);

    assertThat(declared).hasSize(7).doesNotHaveDuplicates();
    assertThat(references).hasSizeGreaterThanOrEqualTo(6);
    assertThat(declared).containsAll(references);
  }

  /** {@code stage.labels} looks values up among the extracted ones; a constant there is nothing. */
  @Test
  void constants_areStaticLabels() {
    assertThat(code).contains("stage.static_labels").doesNotContain("stage.labels");
  }

  @Test
  void ids_areMetadataAndTheOnlyLabelsAreThoseOfTheContract() {
    assertThat(block("stage.structured_metadata")).contains("circuit_id").contains("host");
    assertThat(block("stage.static_labels")).contains("\"env\"").doesNotContain("_id");
    assertThat(block("local.file_match \"blueplanet\"")).contains("\"service\" = \"blueplanet\"");
  }

  @Test
  void lines_keepTheirOwnTimeInTheZoneOfTheirHost() {
    assertThat(block("stage.timestamp"))
        .contains("source   = \"ts\"")
        .contains("sys.env(\"LOG_TIME_ZONE\")");
  }

  @Test
  void nothing_isDroppedWhileTheServerIsAway() {
    assertThat(block("wal")).contains("enabled         = true");
    assertThat(code).contains("max_backoff_retries = 0");
    assertThat(code).contains("max_elapsed_time = \"0s\"");
    assertThat(block("sending_queue")).contains("storage ").contains("block_on_overflow = true");
    assertThat(block("otelcol.storage.file \"queue\"")).contains("fsync     = true");
    assertThat(StackFiles.text("docker/compose.yaml")).contains("--stability.level=experimental");
  }

  @Test
  void expressions_readTheLinesTheyAreMeantFor() {
    List<String> expressions = StackFiles.matches("expression = \"((?:\\\\.|[^\"\\\\])*)\"", code);
    String line =
        "Nov  5 05:07:25 mdso-1 app[123]: circuit_id: 80.L1XX.005054..TEST, unable to connect";

    Matcher head = pattern(expressions.get(0)).matcher(line);
    assertThat(head.find()).isTrue();
    assertThat(head.group("ts")).isEqualTo("Nov  5 05:07:25");
    assertThat(head.group("host")).isEqualTo("mdso-1");
    Matcher circuit = pattern(expressions.get(1)).matcher(head.group("message"));
    assertThat(circuit.find()).isTrue();
    assertThat(circuit.group(1)).isEqualTo("80.L1XX.005054..TEST");
    assertThat(pattern(expressions.get(1)).matcher("version 80.1.2.3").find()).isFalse();
  }

  @Test
  void firstLine_tellsRecordsFromStackTraces() {
    Pattern firstLine =
        pattern(StackFiles.matches("firstline     = \"((?:\\\\.|[^\"\\\\])*)\"", code).get(0));
    String today =
        LocalDate.of(2026, 11, 15).format(DateTimeFormatter.ofPattern("MMM d", Locale.ENGLISH));

    assertThat(firstLine.matcher(today + " 05:07:25 host app: x").find()).isTrue();
    assertThat(firstLine.matcher("    at io.example.Foo.bar(Foo.java:1)").find()).isFalse();
  }

  /** Alloy escapes as Go does, and its named groups are Go's. */
  private static Pattern pattern(String escaped) {
    String regex = escaped.replace("\\\\", "\\").replace("\\\"", "\"");
    return Pattern.compile(regex.replace("(?P<circuit_id>", "(").replace("(?P<", "(?<"));
  }

  private String block(String header) {
    int start = code.indexOf(header + " {");
    assertThat(start).as(header).isNotNegative();
    int depth = 0;
    for (int i = code.indexOf('{', start); i < code.length(); i++) {
      depth += code.charAt(i) == '{' ? 1 : code.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return code.substring(start, i + 1);
      }
    }
    throw new AssertionError("block does not end: " + header);
  }
}
