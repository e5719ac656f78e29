// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import com.google.protobuf.ByteString;
import io.correlationstation.mdso.errors.Verdict;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of OTLP messages. Attributes keep the order in which they are added, so the same input
 * gives the same bytes.
 */
public final class Otlp {

  /** Service of what the orchestrator's plans did. */
  public static final String SCRIPT_PLAN_SERVICE = "mdso-scriptplan";

  /** Service of the bridge itself. */
  public static final String COLLECTOR_SERVICE = "mdso-log-collector";

  /** Service of the platform's own logs. */
  public static final String PLATFORM_SERVICE = "blueplanet";

  public static final InstrumentationScope SCOPE =
      InstrumentationScope.newBuilder().setName("io.correlationstation.mdso").build();

  private static final HexFormat HEX = HexFormat.of();

  private Otlp() {}

  public static Resource resource(String service, String environment) {
    return Resource.newBuilder()
        .addAttributes(text("service.name", service))
        .addAttributes(text("deployment.environment", environment))
        .build();
  }

  /**
   * What the bridge's own spans and metrics come from: this process. What is sent again after a
   * crash does not have it, as another version on another host must send the same bytes.
   */
  public static Resource ownResource(String environment) {
    Resource.Builder resource = resource(COLLECTOR_SERVICE, environment).toBuilder();
    String version = Otlp.class.getPackage().getImplementationVersion();
    resource.addAttributes(text("service.version", version == null ? "development" : version));
    String host = hostName();
    if (host != null) {
      resource.addAttributes(text("host.name", host));
    }
    return resource
        .addAttributes(text("telemetry.sdk.name", "correlation-station"))
        .addAttributes(text("telemetry.sdk.language", "java"))
        .build();
  }

  private static @Nullable String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  public static KeyValue text(String key, String value) {
    return attribute(key, AnyValue.newBuilder().setStringValue(value));
  }

  public static KeyValue flag(String key, boolean value) {
    return attribute(key, AnyValue.newBuilder().setBoolValue(value));
  }

  public static KeyValue number(String key, long value) {
    return attribute(key, AnyValue.newBuilder().setIntValue(value));
  }

  /** What a failure says of itself. */
  public static List<KeyValue> defect(Verdict verdict) {
    KeyValue code = text("mdso.defect_code", verdict.code());
    return verdict.consequence()
        ? List.of(code, flag("mdso.defect_consequence", true))
        : List.of(code);
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  /** Bytes of an id written in hexadecimal digits; the empty id for the empty text. */
  public static ByteString id(String hex) {
    return ByteString.copyFrom(HEX.parseHex(hex));
  }

  /** Nanoseconds since the epoch. */
  public static long nanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  /** At most {@code max} UTF-16 units of a text, never half a character. */
  public static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
    return text.substring(0, end);
  }
}
