// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AttributeNamesTest {

  @Test
  void find_namesAndOthers_givesTheirNumbers() {
    List<String> names = IntStream.range(0, 64).mapToObj(i -> "name." + i).toList();
    AttributeNames table = AttributeNames.of(names);

    for (int i = 0; i < names.size(); i++) {
      byte[] bytes = ("<" + names.get(i) + ">").getBytes(UTF_8);
      assertThat(table.find(bytes, 1, bytes.length - 1)).isEqualTo(i);
      assertThat(table.find(bytes, 0, bytes.length - 1)).isEqualTo(-1);
      assertThat(table.find(bytes, 1, 1)).isEqualTo(-1);
    }
  }

  @Test
  void of_whatCannotBeToldApart_isRefused() {
    assertThatThrownBy(() -> AttributeNames.of(List.of("a", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[a, a]");
    assertThatThrownBy(
            () -> AttributeNames.of(IntStream.range(0, 65).mapToObj(i -> "n" + i).toList()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65");
  }

  @Test
  void attribute_byNumber_isWhatItIsByName() {
    List<String> names = List.of("circuit_id", "mdso.circuit_id", "peer.service", "long", "absent");
    Random random = new Random(11);
    for (int round = 0; round < 200; round++) {
      byte[] payload = request(names, random);

      List<String> byName = new ArrayList<>();
      List<String> byNumber = new ArrayList<>();
      TraceScan.scan(payload, span -> names.forEach(name -> byName.add(span.attribute(name))));
      TraceScan.scan(
          payload,
          AttributeNames.of(names),
          span -> {
            for (int i = 0; i < names.size(); i++) {
              String value = span.attribute(i);
              assertThat(value == null || (span.found() & 1L << i) != 0).isTrue();
              byNumber.add(value);
            }
          });

      assertThat(byNumber).isEqualTo(byName);
    }
  }

  private static byte[] request(List<String> names, Random random) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAllAttributes(attributes(names, random)))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .addSpans(Span.newBuilder().addAllAttributes(attributes(names, random)))
                        .addSpans(Span.newBuilder().addAllAttributes(attributes(names, random)))))
        .build()
        .toByteArray();
  }

  private static List<KeyValue> attributes(List<String> names, Random random) {
    return random
        .ints(random.nextInt(6), 0, names.size())
        .mapToObj(i -> attribute(i == names.size() - 1 ? "other" : names.get(i), random))
        .toList();
  }

  private static KeyValue attribute(String name, Random random) {
    KeyValue.Builder attribute = KeyValue.newBuilder().setKey(name);
    return switch (random.nextInt(4)) {
      case 0 -> attribute.setValue(AnyValue.newBuilder().setIntValue(random.nextInt())).build();
      case 1 -> attribute.setValue(text("x".repeat(random.nextInt(300)))).build();
      case 2 -> attribute.build();
      default -> attribute.setValue(text(Arrays.toString(new int[] {random.nextInt()}))).build();
    };
  }

  private static AnyValue.Builder text(String text) {
    return AnyValue.newBuilder().setStringValue(text);
  }
}
