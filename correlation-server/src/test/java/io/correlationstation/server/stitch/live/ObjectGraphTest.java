// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Copied;
import io.correlationstation.server.stitch.HandoffSink;
import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.ObjectGraph.Kind;
import io.correlationstation.server.stitch.live.ObjectGraph.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a saved state takes for granted of the objects that it writes in a way of their own. */
class ObjectGraphTest {

  private static final int CIRCUIT = 2;
  private static final long SECOND = 1_000_000_000;

  private final StitchConfig config = StitchConfig.defaults();
  private final HandoffSink sink = handoff -> {};
  private final Stitcher stitcher = Stitcher.create(config, sink);
  private final SpanFacts facts = new SpanFacts(KeySpec.defaults().size());

  /** Two minutes of orders: a call, a message, and a polled process that shows no calls. */
  @BeforeEach
  void feed() {
    for (int i = 1; i <= 600; i++) {
      long at = 1_767_600_000 * SECOND + i * SECOND / 5;
      String circuit = "80.L1XX.%06d..TEST".formatted(i / 3);
      span(4L * i, 1, 0, "order", 2, at, circuit, null);
      span(4L * i, 2, 1, "order", 3, at + SECOND / 100, circuit, null);
      span(4L * i, 3, 1, "order", 4, at + SECOND / 50, circuit, "message-" + i);
      span(4L * i + 1, 4, 0, "billing", 2, at + SECOND / 40, circuit, null);
      span(4L * i + 2, 5, 0, "mail", 5, at + SECOND / 10, circuit, "message-" + i);
      span(4L * i + 3, 6, 0, "activator", 1, at + SECOND / 30, circuit, null);
    }
  }

  private void span(
      long trace,
      long id,
      long parent,
      String service,
      int kind,
      long at,
      String circuit,
      @Nullable String carrier) {
    boolean polled = service.equals("activator");
    facts.clear().trace(7, trace).span(id, parent).named(service, "work", kind);
    facts.times(at, at + SECOND / 5).polled(polled).carrier(carrier);
    stitcher.accept(facts.key(CIRCUIT, circuit));
  }

  @Test
  void write_copiedObjects_areWhatReflectionWouldWrite_andNoneIsMissing() throws IOException {
    Set<String> copied = new TreeSet<>();
    for (Object each : references().keySet()) {
      if (each instanceof Copied) {
        copied.add(each.getClass().getName().replaceFirst(".*\\.", ""));
      }
    }

    assertThat(copied)
        .containsExactly(
            "Candidates",
            "Child",
            "Child$OfCarrier",
            "Exit",
            "Fragment",
            "SlotOfType",
            "TimeOrdered");
    assertThat(written(true)).isEqualTo(written(false));
  }

  @Test
  void write_twiceAndAgainAfterRead_sameBytes() throws IOException {
    byte[] first = written(true);

    Object read =
        ObjectGraph.read(
            List.of(config, sink), new DataInputStream(new ByteArrayInputStream(first)));

    assertThat(written(true)).isEqualTo(first);
    assertThat(((Stitcher) read).statistics()).isEqualTo(stitcher.statistics());
  }

  @Test
  void parts_areReferredToByTheirOwnerAlone() {
    Map<Object, Integer> references = references();
    int parts = 0;
    for (Object owner : references.keySet()) {
      for (Object part : partsOf(owner)) {
        boolean shared = part.getClass().isArray() && Array.getLength(part) == 0;
        if (!shared) {
          parts++;
          assertThat(references.get(part)).as(part.getClass() + " of " + owner).isEqualTo(1);
        }
      }
    }
    assertThat(parts).isGreaterThan(1_000);
  }

  private byte[] written(boolean byHand) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (StateOutput out = new StateOutput(bytes)) {
      new GraphWriter(List.of(config, sink), out, byHand).write(stitcher);
    }
    return bytes.toByteArray();
  }

  private static List<Object> partsOf(Object owner) {
    Kind kind = new Kind(owner.getClass(), 0);
    List<Object> parts = new ArrayList<>();
    for (int i = 0; i < kind.fields.length; i++) {
      if (kind.fieldTypes[i] == ObjectGraph.PART) {
        Object part = valueOf(kind, i, owner);
        if (part != null) {
          parts.add(part);
        }
      }
    }
    return parts;
  }

  /** How often each object that can be reached is referred to. */
  private Map<Object, Integer> references() {
    Map<Object, Integer> counts = new IdentityHashMap<>();
    Set<Object> externals = Collections.newSetFromMap(new IdentityHashMap<>());
    externals.addAll(List.of(config, sink));
    ArrayDeque<Object> left = new ArrayDeque<>(List.of(stitcher));
    counts.put(stitcher, 1);
    while (!left.isEmpty()) {
      for (Object next : referencesOf(left.poll())) {
        if (next != null && !externals.contains(next) && counts.merge(next, 1, Integer::sum) == 1) {
          left.add(next);
        }
      }
    }
    return counts;
  }

  private static Collection<?> referencesOf(Object object) {
    Kind kind = new Kind(object.getClass(), 0);
    if (kind.shape == Shape.ARRAY) {
      return Arrays.asList((Object[]) object);
    }
    if (object instanceof Collection<?> collection) {
      return collection;
    }
    List<Object> found = new ArrayList<>();
    if (object instanceof Map<?, ?> map) {
      found.addAll(map.keySet());
      found.addAll(map.values());
    }
    for (int i = 0; i < kind.fields.length; i++) {
      if (!kind.fields[i].getType().isPrimitive()) {
        found.add(valueOf(kind, i, object));
      }
    }
    return found;
  }

  private static @Nullable Object valueOf(Kind kind, int field, Object object) {
    try {
      return kind.fields[field].get(object);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
