// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import io.correlationstation.agent.body.BodyReading;
import io.correlationstation.agent.body.JsonKeys;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What looking through a JSON body of 65 536 bytes costs, the five keys of the defaults at its end.
 * 65.5 microseconds a document are 1 GB/s.
 *
 * <p>{@code items} is an order with a list of small objects, such as an inventory sends; {@code
 * flat} has all its fields at the top, where each name has to be compared; {@code text} is one long
 * text. Expected: {@code text} &lt; {@code items} &lt; {@code flat}; {@code otherContentType} is
 * what a read pays when there is nothing to look for, a few nanoseconds and no allocation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BodyScanBenchmark {

  private static final int BYTES = 65_536;
  private static final String KEYS =
      "\"circuit_id\":\"80.L1XX.000001..TEST\",\"productId\":\"p-1\",\"resource_id\":\"r-1\","
          + "\"resource_type_id\":\"t-1\",\"request_id\":\"q-1\"}";

  @Param({"items", "flat", "text"})
  public String shape = "items";

  private final Carrier carrier = Carrier.of(Settings.read(SettingsSource.empty()));
  private final JsonKeys keys = new JsonKeys(carrier, carrier.settings().jsonRules());
  private final BodyReading reading = new BodyReading(carrier);
  private byte[] document = {};

  @Setup
  public void write() {
    Random random = new Random(42);
    StringBuilder json = new StringBuilder(shape.equals("items") ? "{\"items\":[" : "{");
    int end = BYTES - KEYS.length() - 100;
    for (int i = 0; json.length() < end; i++) {
      switch (shape) {
        case "items" ->
            json.append("{\"sku\":\"part-")
                .append(random.nextInt(1_000_000))
                .append("\",\"quantity\":")
                .append(random.nextInt(100))
                .append(
                    ",\"description\":\"fibre patch cable, duplex, 10 m\",\"tags\":[\"a\",\"b\"]},");
        case "flat" ->
            json.append("\"attribute_")
                .append(i)
                .append("\":\"value ")
                .append(random.nextInt(1_000_000))
                .append("\",");
        default -> json.append(i == 0 ? "\"text\":\"" : "lorem ipsum dolor sit amet ");
      }
    }
    json.append(shape.equals("items") ? "{}]," : shape.equals("text") ? "\"," : "");
    json.append(KEYS);
    document = json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A new request each time, as a key that is known already would be passed over. */
  @Benchmark
  public Context scan() {
    Context request = carrier.withRequest(Context.root());
    keys.find(document, request, Source.JSON);
    return request;
  }

  @Benchmark
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public @Nullable Object otherContentType() {
    return reading.enter();
  }
}
