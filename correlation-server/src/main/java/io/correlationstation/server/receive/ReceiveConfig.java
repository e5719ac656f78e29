// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the receivers; {@link #builder} starts from the defaults.
 *
 * @param bind address to listen on; loopback unless told otherwise
 * @param otlpHttpPort 0 lets the system choose
 * @param otlpGrpcPort 0 lets the system choose
 * @param maxBodyBytes largest body, before and after decompression
 * @param maxInFlightBytes bytes of all bodies that are in memory at once; more is answered 503
 * @param tenantBytesPerSecond what each tenant may send, decompressed; more is answered 429; 0 for
 *     no limit
 * @param credentials who may send, or null for anyone
 * @param tls certificates for the OTLP ports, or null for plain text
 * @param corsOrigins origins whose pages may send, {@code *} for any; empty switches CORS off
 * @param zone zone of times that come without one
 * @param duplicateWindow how long a body is remembered, so that sending it again changes nothing
 * @param slowBodyGrace after this long a body has to have come in at 1 KiB/s on average
 * @param idleTimeout an unused connection is closed after this
 * @param maxConnectionAge a gRPC connection is asked to end after about this, so that its client
 *     looks for servers anew; calls in progress end first
 * @param stopGrace how long a stop waits for requests in progress
 */
public record ReceiveConfig(
    String bind,
    int otlpHttpPort,
    int otlpGrpcPort,
    int maxBodyBytes,
    long maxInFlightBytes,
    long tenantBytesPerSecond,
    @Nullable Credentials credentials,
    @Nullable TlsFiles tls,
    Set<String> corsOrigins,
    ZoneId zone,
    Duration duplicateWindow,
    Duration slowBodyGrace,
    Duration idleTimeout,
    Duration maxConnectionAge,
    Duration stopGrace) {

  private static final int MIB = 1024 * 1024;

  public ReceiveConfig {
    requirePort("otlpHttpPort", otlpHttpPort);
    requirePort("otlpGrpcPort", otlpGrpcPort);
    requirePositive("maxBodyBytes", maxBodyBytes);
    requirePositive("duplicateWindow", duplicateWindow.toMillis());
    requirePositive("slowBodyGrace", slowBodyGrace.toMillis());
    requirePositive("idleTimeout", idleTimeout.toMillis());
    requirePositive("maxConnectionAge", maxConnectionAge.toMillis());
    if (maxInFlightBytes < maxBodyBytes) {
      throw new IllegalArgumentException("maxInFlightBytes < maxBodyBytes: " + maxInFlightBytes);
    }
    if (tenantBytesPerSecond < 0) {
      throw new IllegalArgumentException("tenantBytesPerSecond < 0: " + tenantBytesPerSecond);
    }
    if (stopGrace.isNegative()) {
      throw new IllegalArgumentException("stopGrace < 0: " + stopGrace);
    }
    corsOrigins = Set.copyOf(corsOrigins);
    if (corsOrigins.contains("*") && credentials != null) {
      throw new IllegalArgumentException(
          "corsOrigins is *, which any page matches, but credentials are required: name the origins");
    }
  }

  public static ReceiveConfig defaults() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException(name + " is no port: " + port);
    }
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }

  /** Collects settings; everything not set keeps its default. */
  public static final class Builder {

    private String bind = "127.0.0.1";
    private int otlpHttpPort = 4318;
    private int otlpGrpcPort = 4317;
    private int maxBodyBytes = 64 * MIB;
    private long maxInFlightBytes = Math.max(64L * MIB, Runtime.getRuntime().maxMemory() / 4);
    private long tenantBytesPerSecond;
    private @Nullable Credentials credentials;
    private @Nullable TlsFiles tls;
    private Set<String> corsOrigins = Set.of();
    private ZoneId zone = ZoneOffset.UTC;
    private Duration duplicateWindow = Duration.ofMinutes(10);
    private Duration slowBodyGrace = Duration.ofSeconds(15);
    private Duration idleTimeout = Duration.ofSeconds(120);
    private Duration maxConnectionAge = Duration.ofMinutes(30);
    private Duration stopGrace = Duration.ofSeconds(10);

    private Builder() {}

    public Builder bind(String address) {
      bind = address;
      return this;
    }

    public Builder otlpHttpPort(int port) {
      otlpHttpPort = port;
      return this;
    }

    public Builder otlpGrpcPort(int port) {
      otlpGrpcPort = port;
      return this;
    }

    public Builder maxBodyBytes(int bytes) {
      maxBodyBytes = bytes;
      return this;
    }

    public Builder maxInFlightBytes(long bytes) {
      maxInFlightBytes = bytes;
      return this;
    }

    public Builder tenantBytesPerSecond(long bytes) {
      tenantBytesPerSecond = bytes;
      return this;
    }

    public Builder credentials(@Nullable Credentials allowed) {
      credentials = allowed;
      return this;
    }

    public Builder tls(@Nullable TlsFiles files) {
      tls = files;
      return this;
    }

    public Builder corsOrigins(Set<String> origins) {
      corsOrigins = origins;
      return this;
    }

    public Builder zone(ZoneId zoneOfTimesWithoutOne) {
      zone = zoneOfTimesWithoutOne;
      return this;
    }

    public Builder duplicateWindow(Duration window) {
      duplicateWindow = window;
      return this;
    }

    public Builder slowBodyGrace(Duration grace) {
      slowBodyGrace = grace;
      return this;
    }

    public Builder idleTimeout(Duration timeout) {
      idleTimeout = timeout;
      return this;
    }

    public Builder maxConnectionAge(Duration age) {
      maxConnectionAge = age;
      return this;
    }

    public Builder stopGrace(Duration grace) {
      stopGrace = grace;
      return this;
    }

    public ReceiveConfig build() {
      return new ReceiveConfig(
          bind,
          otlpHttpPort,
          otlpGrpcPort,
          maxBodyBytes,
          maxInFlightBytes,
          tenantBytesPerSecond,
          credentials,
          tls,
          corsOrigins,
          zone,
          duplicateWindow,
          slowBodyGrace,
          idleTimeout,
          maxConnectionAge,
          stopGrace);
    }
  }
}
