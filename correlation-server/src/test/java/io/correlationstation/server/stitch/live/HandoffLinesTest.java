// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HandoffLinesTest {

  private static final SpanRef PARENT =
      new SpanRef(
          "0af7651916cd43dd8448eb211c803101", "00f067aa0ba90201", "größe \"1\"\n", "POST", 1, 2);
  private static final SpanRef CHILD =
      new SpanRef(
          "0af7651916cd43dd8448eb211c803102", "00f067aa0ba90202", "arda", "{traceId}", 17, 18);

  @Test
  void lines_whatWasWritten_keepsItsBytesAndFindsItsEnds() {
    Handoff linked = handoff("11", Handoff.State.LINKED, null);
    Handoff rejected = handoff("12", Handoff.State.REJECTED, "11");

    List<HandoffLine> lines = HandoffLines.lines(HandoffLines.payload(List.of(linked, rejected)));

    assertThat(lines)
        .extracting(HandoffLine::text)
        .map(HandoffLines::parse)
        .containsExactly(linked, rejected);
    assertThat(lines.get(1))
        .isEqualTo(
            new HandoffLine(
                "12",
                PARENT.traceId(),
                CHILD.traceId(),
                17,
                0.75,
                Handoff.State.REJECTED,
                "11",
                HandoffLines.text(rejected)));
    assertThat(lines.get(0).supersedes()).isNull();
  }

  @Test
  void lines_membersOfLaterVersion_arePassedOver() {
    String text = HandoffLines.text(handoff("11", Handoff.State.LINKED, null));
    String later = "{\"later\":{\"id\":\"no\",\"child\":[{}]}," + text.substring(1);

    assertThat(HandoffLines.lines((later + "\n").getBytes(UTF_8)))
        .extracting(HandoffLine::id, HandoffLine::text)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("11", later));
  }

  @Test
  void lines_nothing_areNone() {
    assertThat(HandoffLines.lines(new byte[0])).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{not json",
        "7",
        "{}",
        "{\"id\":\"1\",\"state\":\"LINKED\",\"parent\":{\"traceId\":\"a\"},\"child\":{}}",
        "{\"id\":\"1\",\"state\":\"LIKED\"}",
        "{\"id\":\"1\""
      })
  void lines_notHandoffs_throws(String payload) {
    assertThatThrownBy(() -> HandoffLines.lines(payload.getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Handoff handoff(String id, Handoff.State state, @Nullable String supersedes) {
    return new Handoff(
        id,
        PARENT,
        CHILD,
        Map.of("circuit_id", "80.L1XX.000001..TEST"),
        0.75,
        state,
        List.of(new Evidence("key", "circuit_id", "80.L1XX.000001..TEST", 1.5)),
        List.of(new Handoff.Rival(CHILD, 0.25)),
        16,
        "circuit_id_match",
        "branching-1.1",
        supersedes);
  }
}
