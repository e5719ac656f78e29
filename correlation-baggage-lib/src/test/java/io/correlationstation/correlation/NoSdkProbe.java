// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import com.rabbitmq.client.AMQP;
import io.correlationstation.correlation.mdso.MdsoEvents;
import io.correlationstation.correlation.messaging.AmqpMessages;
import io.correlationstation.correlation.messaging.KafkaMessages;
import io.correlationstation.correlation.messaging.MessageHeaders;
import io.correlationstation.correlation.metrics.Bound;
import io.correlationstation.correlation.metrics.BoundedMetrics;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.correlationstation.correlation.traced.Operation;
import io.correlationstation.correlation.traced.TracedProxy;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Uses every part of the library; run by a class loader that knows no SDK. */
public final class NoSdkProbe {

  private NoSdkProbe() {}

  /** Returns the mode; throws when something is not as it should be. */
  public static String run() throws Exception {
    CorrelationTelemetry telemetry = CorrelationTelemetry.configure("probe");
    require(CurrentTelemetry.get().isOff(), "telemetry is off");
    keysAndWorkflow();
    operations();
    messages();
    MdsoEvents.create().tid("EXPLTXAA01W").errorCategorized("DE-1001", "no device");
    MdsoEvents.create().tokenAcquired(Duration.ofHours(1));
    BoundedMetrics.counter("orders", "1", Bound.atMost("region", 2)).add(1, "west");
    require(!GlobalOpenTelemetry.isSet(), "an SDK can still be set");
    telemetry.close();
    return telemetry.mode().name();
  }

  private static void keysAndWorkflow() throws Exception {
    try (Scope scope = Correlation.of(CorrelationKey.CIRCUIT_ID, "C-1").makeCurrent();
        Workflow workflow = Workflow.start("order")) {
      workflow.step("reserve", () -> null);
      workflow.put(CorrelationKey.RESOURCE_ID, "r-1");
      require(
          Correlation.current().toString().equals("{circuit_id=C-1, resource_id=r-1}"),
          "keys are visible in the process: " + Correlation.current());
      workflow.end(true);
    }
    require(Context.current() == Context.root(), "nothing is left behind");
  }

  @SuppressWarnings("unchecked")
  private static void operations() {
    require(Operation.query("GetUser").get("u-1", () -> 7) == 7, "work is done");
    Function<String, String> traced =
        TracedProxy.commands(Function.class, (Function<String, String>) String::trim);
    require(traced.apply(" a ").equals("a"), "calls arrive");
  }

  private static void messages() {
    require(MessageHeaders.of(Context.current()).isEmpty(), "no headers are written");
    ProducerRecord<String, String> record =
        KafkaMessages.inject(new ProducerRecord<>("orders", "order"));
    require(record.headers().toArray().length == 0, "no Kafka headers are written");
    AMQP.BasicProperties properties = new AMQP.BasicProperties();
    require(AmqpMessages.inject(properties) == properties, "no AMQP headers are written");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }
}
