// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.JsonRule;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScanTest {

  private final JsonRules rules =
      new JsonRules(
          settings(
                  Map.of(
                      "otel.correlation.json-rules",
                      "product_id=/order/items/1/id,resource_id=/a~1b/c,request_id=/circuit_id/x"))
              .jsonRules());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"circuit_id\":\"C-1\"}                             | circuit_id=C-1",
        "{ \"circuitId\" : \"C-1\" , \"x\" : 1 }              | circuit_id=C-1",
        "{\"x\":\"circuit_id\",\"circuit_id\":\"C\"}          | circuit_id=C",
        "{\"x\":{\"circuit_id\":\"inner\"}}                   | ``",
        "[{\"circuit_id\":\"element\"}]                       | ``",
        "{\"circuit_id\":4711}                                | circuit_id=4711",
        "{\"circuit_id\":4711,\"product_id\":-1.5e3}          | circuit_id=4711 product_id=-1.5e3",
        "{\"circuit_id\":null}                                | ``",
        "{\"circuit_id\":true,\"product_id\":\"P\"}           | product_id=P",
        "{\"circuit_id\":[\"a\"],\"product_id\":\"P\"}        | product_id=P",
        "{\"circuit\\u005fid\":\"C\"}                         | circuit_id=C",
        "{\"circuit_id\":\"\\u0038\\u002E\\u002f\"}           | circuit_id=8./",
        "{\"circuit_id\":\"C\\/1\",\"product_id\":\"P\"}      | circuit_id=C/1 product_id=P",
        "{\"circuit_id\":\"esc\\\"aped\",\"product_id\":\"P\"}| circuit_id=esc\"aped product_id=P",
        "{\"circuit_id\":\"\\x\",\"product_id\":\"P\"}        | product_id=P",
        "{\"circuit_id\":\"\\u12\",\"product_id\":\"P\"}      | product_id=P",
        "{\"circuit_id\":\"\\ud83d\\ude00\",\"product_id\":\"P\"}| product_id=P",
        "{\"x\":\"\\\\\",\"circuit_id\":\"\\\\\"}           | circuit_id=\\",
        "{\"a\\\"circuit_id\":\"x\"}                          | ``",
        "{\"order\":{\"items\":[{\"id\":\"0\"},{\"id\":\"one\"},{\"id\":\"2\"}]}} | product_id=one",
        "{\"order\":{\"items\":[[{\"id\":\"x\"}],[{\"id\":\"y\"}]]}}              | ``",
        "{\"a/b\":{\"c\":\"R\"}}                              | resource_id=R",
        "{\"circuit_id\":{\"x\":\"Q\"},\"product_id\":\"P\"}  | request_id=Q product_id=P",
        "{\"circuit_id\":\"first\",\"circuitId\":\"second\"} | circuit_id=first",
        "{\"x\":[\"]\\\"}\",{\"circuit_id\":\"no\"}],\"circuit_id\":\"C\"} | circuit_id=C",
        "\"circuit_id\":\"C\"                                   | ``",
        "<html>{\"circuit_id\":\"C\"}                         | ``",
        "{\"a\":[[[[[[[[{}]]]]]]]],\"circuit_id\":\"C\"}      | circuit_id=C",
        "{\"a\":{\"b\":{\"c\":{\"d\":{}}}},\"circuit_id\":\"C\"} | circuit_id=C",
      })
  void accept_document_findsNamedFieldsOnly(String document, String expected) {
    assertThat(scan(document.getBytes(StandardCharsets.UTF_8), 7)).isEqualTo(expected);
  }

  @Test
  void accept_anySplitIntoReads_findsTheSame() {
    byte[] document =
        "{\"x\":[1,{\"circuit_id\":\"no\"}],\"circuit_id\":\"C-1\",\"productId\":12}"
            .getBytes(StandardCharsets.UTF_8);

    for (int size = 1; size <= document.length; size++) {
      assertThat(scan(document, size)).isEqualTo("circuit_id=C-1 product_id=12");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 129})
  void accept_valueOfALength_isFoundUpToTheLongest(int length) {
    String value = new String(new char[length]).replace('\0', 'v');

    String found = scan(("{\"circuit_id\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8), 9);

    assertThat(found).isEqualTo(length <= 128 ? "circuit_id=" + value : "");
  }

  @Test
  void accept_escapeAtTheEndOfTheBound_endsWithTheText() {
    String full = new String(new char[128]).replace('\0', 'v');

    assertThat(
            scan(
                ("{\"circuit_id\":\"" + full + "\\\"\",\"product_id\":\"P\"}")
                    .getBytes(StandardCharsets.UTF_8),
                5))
        .isEqualTo("product_id=P");
  }

  @Test
  void accept_byteOrderMark_isPassedOver() {
    byte[] document = "\ufeff{\"circuit_id\":\"C\"}".getBytes(StandardCharsets.UTF_8);

    assertThat(scan(document, 3)).isEqualTo("circuit_id=C");
  }

  @Test
  void enter_afterEachKeyHasAValue_isOver() {
    JsonRules one = new JsonRules(rules("circuit_id=/a,circuit_id=/b"));
    List<String> found = new ArrayList<>();
    JsonScan scan = new JsonScan(one, 65_536, 128, (key, value) -> found.add(value));

    assertThat(scan.enter()).isTrue();
    byte[] document = "{\"b\":\"B\",\"a\":\"A\"".getBytes(StandardCharsets.UTF_8);
    scan.exit(document, 0, document.length);

    assertThat(found).containsExactly("B");
    assertThat(scan.enter()).isFalse();
  }

  @Test
  void enter_afterTheBound_isOver() {
    JsonScan scan = new JsonScan(rules, 10, 128, (key, value) -> {});

    assertThat(scan.enter()).isTrue();
    scan.exit(new byte[20], 0, 20);

    assertThat(scan.enter()).isFalse();
  }

  @Test
  void enter_insideARead_isRefusedUntilItsExit() {
    JsonScan scan = new JsonScan(rules, 100, 128, (key, value) -> {});

    assertThat(scan.enter()).isTrue();
    assertThat(scan.enter()).isFalse();
    scan.exit('{');
    assertThat(scan.enter()).isTrue();
  }

  @Test
  void accept_anyBytes_neverThrowsAndAnySplitFindsTheSame() {
    Random random = new Random(4711);
    byte[] alphabet = "{}[]\",:\\ circuit_id01e-u/\n".getBytes(StandardCharsets.US_ASCII);
    for (int round = 0; round < 5_000; round++) {
      byte[] document = new byte[random.nextInt(60)];
      for (int i = 0; i < document.length; i++) {
        document[i] =
            round % 4 == 0 ? (byte) random.nextInt() : alphabet[random.nextInt(alphabet.length)];
      }
      String whole = scan(document, Math.max(document.length, 1));
      assertThat(scan(document, 1 + random.nextInt(8)))
          .as(new String(document, StandardCharsets.ISO_8859_1))
          .isEqualTo(whole);
    }
  }

  /** Words of JSON in any order: more of it is nearly right than of random bytes. */
  @Test
  void accept_anyWords_findTheSameHoweverTheyAreSplit() {
    String[] words = {
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      " ",
      "\"",
      "\\\"",
      "\"circuit_id\":",
      "\"C\"",
      "\"order\":",
      "\"items\":",
      "\"id\":",
      "12",
      "null",
      "\"a/b\":",
      "\"c\":",
      "\"x\":",
      "\"te\\\"xt\"",
      "\\u0",
      "\"circuit\\u005fid\":"
    };
    Random random = new Random(815);
    for (int round = 0; round < 5_000; round++) {
      StringBuilder json = new StringBuilder("{");
      for (int i = random.nextInt(25); i >= 0; i--) {
        json.append(words[random.nextInt(words.length)]);
      }
      byte[] document = json.toString().getBytes(StandardCharsets.UTF_8);
      assertThat(scan(document, 1 + random.nextInt(8)))
          .as(json.toString())
          .isEqualTo(scan(document, document.length));
    }
  }

  private String scan(byte[] document, int readSize) {
    List<String> found = new ArrayList<>();
    JsonScan scan = new JsonScan(rules, 65_536, 128, (key, value) -> found.add(key + "=" + value));
    for (int at = 0; at < document.length && scan.enter(); at += readSize) {
      scan.exit(document, at, Math.min(readSize, document.length - at));
    }
    if (scan.enter()) {
      scan.exit(-1);
    }
    return String.join(" ", found);
  }

  private static List<JsonRule> rules(String pointers) {
    return settings(Map.of("otel.correlation.response-rules", pointers)).responseRules();
  }

  private static Settings settings(Map<String, String> values) {
    return Settings.read(
        new SettingsSource() {
          @Override
          public String get(String property) {
            return values.get(property);
          }

          @Override
          public Collection<String> names() {
            return Collections.emptyList();
          }
        });
  }
}
