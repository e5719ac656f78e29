// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As far as Alloy's file can be checked without Alloy; its known traps each have a test. */
class AlloyConfigTest {

  private static final String RESOURCE = "55555555-5555-4555-8555-555555555555";
  private static final String PLAN_END = "-activate-2025-01-01T00:00:02.000Z";

  private static final Pattern STRING = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");

  private final String config = StackFiles.text("docker/alloy/config.alloy");
  private final String code = config.replaceAll("(?m)(^|\\s)//.*$", "");

  @Test
  void brackets_areBalanced() {
    Deque<Character> open = new ArrayDeque<>();
    Map<Character, Character> pairs = Map.of('}', '{', ']', '[', ')', '(');
    String bare = STRING.matcher(code).replaceAll("");

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

    assertThat(declared).doesNotHaveDuplicates();
    assertThat(declared).containsAll(references);
    assertThat(references)
        .as("all but the source of files and of OTLP, which nothing names")
        .containsAll(
            declared.stream()
                .filter(name -> !name.startsWith("loki.source") && !name.contains("receiver"))
                .toList());
  }

  /** Alloy refuses an expression with a group that has no name. */
  @Test
  void groups_allHaveNames() {
    assertThat(StackFiles.matches("(expression = \"(?:\\\\.|[^\"\\\\])*\")", code))
        .hasSizeGreaterThanOrEqualTo(8)
        .noneMatch(expression -> Pattern.compile("(?<!\\\\)\\((?!\\?)").matcher(expression).find());
  }

  /** {@code stage.labels} looks values up among the extracted ones; a constant there is nothing. */
  @Test
  void constants_areStaticLabels() {
    assertThat(code).contains("stage.static_labels").doesNotContain("stage.labels");
  }

  @Test
  void ids_areMetadataAndTheOnlyLabelsAreThoseOfTheContract() {
    assertThat(
            String.join(
                "", StackFiles.matches("structured_metadata \\{\\s+values = (\\{.*})", code)))
        .contains("\"circuit_id\"", "\"resource_id\"", "\"trace_id\"", "\"host\"", "\"level\"");
    assertThat(block("stage.static_labels")).contains("\"env\"").doesNotContain("_id");
    assertThat(StackFiles.matches("\\{\"__path__\" = \"[^\"]+\", (.*)}", code))
        .isNotEmpty()
        .allMatch(labels -> labels.matches("\"service\" = \"(blueplanet|mdso-scriptplan)\""));
    assertThat(block("stage.label_drop")).contains("\"filename\"");
  }

  /** Where the orchestrator writes what; OTLP files are read by the bridge, as Alloy cannot. */
  @ParameterizedTest
  @CsvSource({
    "/bp2/log/blueplanet.log, blueplanet",
    "/var/log/ciena/blueplanet.log, blueplanet",
    "/opt/ciena/bp2/bpra-junos_1.0_0/log/bpra.log, adapters",
    "/opt/ciena/bp2/scriptplan_2.1_0/log/plan-log/plan-script-" + RESOURCE + PLAN_END + ", plans",
    "/bp2/log/splunk-logs/activate.log, splunk",
    "/opt/ciena/bp2/scriptplan_2.1_0/log/splunk-logs/activate.log, splunk",
  })
  void logFiles_areTailedByOneSourceEach(String file, String source) {
    List<String> tailedBy = new ArrayList<>();
    for (String each : List.of("blueplanet", "plans", "splunk", "adapters")) {
      for (String glob :
          StackFiles.matches(
              "\"__path__\" = \"([^\"]+)\"", block("local.file_match \"" + each + "\""))) {
        if (Pattern.matches(glob.replace(".", "\\.").replace("*", "[^/]*"), file)) {
          tailedBy.add(each);
        }
      }
    }

    assertThat(tailedBy).containsExactly(source);
  }

  @Test
  void lines_keepTheirOwnTimeInTheZoneOfTheirHost() {
    for (String shape : List.of("blueplanet", "splunk", "adapters")) {
      assertThat(timestamp(shape))
          .containsPattern("source +=  *\"ts\"")
          .contains("sys.env(\"LOG_TIME_ZONE\")");
    }
    assertThat(timestamp("plans")).contains("\"RFC3339Nano\"");
    assertThat(code).doesNotContain("fudge");
    assertThat(StackFiles.matches("(stage\\.timestamp|action_on_failure = \"skip\")", code))
        .hasSize(8);
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

  /** The line shapes of the orchestrator; what is read of each comes last. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blueplanet | Nov  5 05:07:25 mdso-1 app[123]: unable to connect | ts=Nov  5 05:07:25, host=mdso-1",
        "blueplanet | <13>Nov 15 05:07:25 mdso-1 app: x | ts=Nov 15 05:07:25, host=mdso-1",
        "blueplanet | Jan  1 00:01:06 bp-host-1 aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee: { \"levelName\":\"ERROR\" }"
            + " | ts=Jan  1 00:01:06, host=bp-host-1, trace_id=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "blueplanet | {\"app\":\"api-gw\",\"timestamp\":\"2025-01-01T00:00:01.000000000Z\",\"msg\":\"x\"}"
            + " | ts=2025-01-01T00:00:01.000000000Z",
        "plans | Input params: {'operation': 'activate', 'traceId': 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'}"
            + " | trace_id=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "plans | /opt/ciena/bp2/scriptplan_2.1_0/log/plan-log/plan-script-"
            + RESOURCE
            + PLAN_END
            + " | operation=activate, resource_id="
            + RESOURCE
            + ", ts=2025-01-01T00:00:02.000Z",
        "plans | Error in scripts.example.connectivity.Activate, unable to connect | level=Error",
        "splunk | 2025-01-01 00:00:00,000 - plan.port - INFO - {\"a\": 1}"
            + " | ts=2025-01-01 00:00:00,000, logger=plan.port, level=INFO",
        "adapters | 2025-01-01 00:01:05,500 ERROR bpprov.bpo_1_2 commit failed"
            + " | ts=2025-01-01 00:01:05,500, level=ERROR, provider_resource_id=bpo_1_2",
        "adapters | 2025-01-01T00:01:05Z bpprov.bpo_1_2 show"
            + " | ts=2025-01-01T00:01:05Z, provider_resource_id=bpo_1_2",
        "keys | circuit_id: 80.L1XX.005054..TEST, x | circuit_id=80.L1XX.005054..TEST",
        "keys | {\"circuit_name\": \"80.L1XX.000001..TEST\"} | circuit_id=80.L1XX.000001..TEST",
        "keys | version 80.1.2.3 of circuit board | ",
      })
  void expressions_readTheLinesTheyAreMeantFor(String shape, String line, @Nullable String found) {
    Map<String, String> read = new TreeMap<>();
    for (String expression :
        StackFiles.matches("expression = \"((?:\\\\.|[^\"\\\\])*)\"", process(shape))) {
      Matcher matcher = pattern(expression).matcher(line);
      if (matcher.find()) {
        for (String group : StackFiles.matches("\\?P<(\\w+)>", expression)) {
          String value = matcher.group(group.replace("_", ""));
          if (value != null) {
            read.put(group, value);
          }
        }
      }
    }

    assertThat(read).isEqualTo(fields(found));
  }

  private static Map<String, String> fields(@Nullable String text) {
    Map<String, String> fields = new TreeMap<>();
    for (String field : text == null ? new String[0] : text.split(", ")) {
      fields.put(field.substring(0, field.indexOf('=')), field.substring(field.indexOf('=') + 1));
    }
    return fields;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blueplanet | Nov 15 05:07:25 host app: x",
        "blueplanet | {\"app\":\"bpocore\"}",
        "plans | Starting execution for scripts.example.connectivity.Activate",
        "splunk | 2025-01-01 00:00:00,000 - plan - INFO - x",
        "adapters | 2025-01-01 00:01:05,500 ERROR bpprov.bpo_1_2 x"
      })
  void firstLine_tellsRecordsFromStackTraces(String shape, String line) {
    Pattern firstLine =
        pattern(
            StackFiles.matches("firstline     = \"((?:\\\\.|[^\"\\\\])*)\"", process(shape))
                .get(0));

    assertThat(firstLine.matcher(line).find()).isTrue();
    assertThat(firstLine.matcher("    at io.example.Foo.bar(Foo.java:1)").find()).isFalse();
  }

  /** Alloy escapes as Go does, and its named groups are Go's. */
  private static Pattern pattern(String escaped) {
    String regex = escaped.replace("\\\\", "\\").replace("\\\"", "\"");
    return Pattern.compile(
        Pattern.compile("\\(\\?P<(\\w+)>")
            .matcher(regex)
            .replaceAll(group -> "(?<" + group.group(1).replace("_", "") + ">"));
  }

  private String process(String name) {
    return block("loki.process \"" + name + "\"");
  }

  private String timestamp(String process) {
    return block(process(process), "stage.timestamp");
  }

  private String block(String header) {
    return block(code, header);
  }

  private static String block(String code, String header) {
    int start = code.indexOf(header + " {");
    assertThat(start).as(header).isNotNegative();
    String bare = STRING.matcher(code).replaceAll(text -> "_".repeat(text.group().length()));
    int depth = 0;
    for (int i = bare.indexOf('{', start); i < bare.length(); i++) {
      depth += bare.charAt(i) == '{' ? 1 : bare.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return code.substring(start, i + 1);
      }
    }
    throw new AssertionError("block does not end: " + header);
  }
}
