// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BodyBridgeTest {

  private static final Object SCAN = "scan";
  private static final byte[] BYTES = "xabcx".getBytes(StandardCharsets.US_ASCII);
  private static final char[] CHARS = "xabcx".toCharArray();

  /** What the delegate was asked, as {@code name[arguments]}. */
  private final List<String> calls = new ArrayList<>();

  private @Nullable RuntimeException thrown;

  @BeforeEach
  void install() {
    BodyBridge.install(
        (BodyBridge.Delegate)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BodyBridge.Delegate.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName() + texts(arguments));
                  if (thrown != null) {
                    throw thrown;
                  }
                  return null;
                }));
  }

  @Test
  void bodyExit_afterARead_showsTheScanWhatTheReadBrought() {
    BodyBridge.bodyExit(SCAN, null, 'a');
    BodyBridge.bodyExit(SCAN, null, BYTES, 1, 3);
    ByteBuffer buffer = ByteBuffer.wrap(BYTES);
    buffer.position(4);
    BodyBridge.bodyExit(SCAN, null, buffer, 1, 3);

    assertThat(calls)
        .containsExactly(
            "bodyExit[scan, 97]", "bodyExit[scan, xabcx, 1, 3]", "bodyExit[scan, abc, 0, 3]");
    assertThat(buffer.position()).isEqualTo(4);
  }

  @Test
  void bodyText_afterARead_showsTheScanWhatTheReadBrought() {
    BodyBridge.bodyText(SCAN, null, 'a');
    BodyBridge.bodyText(SCAN, null, CHARS, 1, 3);
    BodyBridge.bodyText(SCAN, null, "line");

    assertThat(calls)
        .containsExactly("bodyText[scan, a]", "bodyText[scan, abc]", "bodyText[scan, line]");
  }

  @Test
  void exits_atTheEndOfTheBody_tellTheScan() {
    exitAll(SCAN, null, -1);

    assertThat(calls)
        .containsExactly(
            "bodyExit[scan, -1]",
            "bodyExit[scan, xabcx, 1, -1]",
            "bodyExit[scan, , 0, -1]",
            "bodyText[scan, null]",
            "bodyText[scan, null]",
            "bodyText[scan, null]");
  }

  @Test
  void exits_afterAReadThatThrew_onlyEndTheScan() {
    exitAll(SCAN, new IOException("reset"), 0);

    assertThat(calls).hasSize(6).containsOnly("bodyFailed[scan]");
  }

  @Test
  void exits_withoutAScan_doNothing() {
    exitAll(null, null, 99); // a copy or a view of 99 would throw and be reported
    exitAll(null, new IOException("reset"), 0);

    assertThat(calls).isEmpty();
  }

  @Test
  void exits_readBroughtMoreThanFits_reportsAndGoesOn() {
    BodyBridge.bodyExit(SCAN, null, ByteBuffer.wrap(BYTES), 1, 99);
    BodyBridge.bodyText(SCAN, null, CHARS, 1, 99);

    assertThat(calls).hasSize(2).allMatch(call -> call.startsWith("failed["));
  }

  @Test
  void exits_delegateThrows_reportItAndGoOn() {
    thrown = new IllegalStateException("broken");

    assertThatCode(() -> exitAll(SCAN, null, 3)).doesNotThrowAnyException();
    assertThatCode(() -> exitAll(SCAN, new IOException("reset"), 0)).doesNotThrowAnyException();

    assertThat(calls)
        .hasSize(24)
        .filteredOn(call -> call.equals("failed[java.lang.IllegalStateException: broken]"))
        .hasSize(12);
  }

  @Test
  void listenerExit_withoutAnEnter_doesNothing() {
    BodyBridge.listenerExit(null);

    assertThat(calls).isEmpty();
  }

  private static void exitAll(@Nullable Object scan, @Nullable Throwable failure, int count) {
    BodyBridge.bodyExit(scan, failure, count);
    BodyBridge.bodyExit(scan, failure, BYTES, 1, count);
    BodyBridge.bodyExit(scan, failure, ByteBuffer.wrap(BYTES), 1, count);
    BodyBridge.bodyText(scan, failure, count);
    BodyBridge.bodyText(scan, failure, CHARS, 1, count);
    BodyBridge.bodyText(scan, failure, count < 0 ? null : "line");
  }

  private static String texts(@Nullable Object[] arguments) {
    return Arrays.stream(arguments)
        .map(
            argument ->
                argument instanceof byte[] bytes
                    ? new String(bytes, StandardCharsets.US_ASCII)
                    : String.valueOf(argument))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
