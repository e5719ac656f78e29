// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.http;

import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.HTTP_CLIENT;
import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.HTTP_SERVER;
import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.MESSAGING_CONSUMER_PROCESS;
import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.MESSAGING_CONSUMER_RECEIVE;
import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.MESSAGING_PRODUCER;
import static io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer.InstrumentationType.RPC_CLIENT;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.message.MessageReading;
import io.correlationstation.agent.settings.PathRule;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizer;
import io.opentelemetry.instrumentation.api.incubator.instrumenter.InstrumenterCustomizerProvider;
import io.opentelemetry.instrumentation.api.instrumenter.ContextCustomizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every server span before it starts, for keys in the query and path, at every message
 * that arrives, for keys by rule, and at every client and producer span, for where its keys would
 * go.
 */
@AutoService(InstrumenterCustomizerProvider.class)
public final class CorrelationInstrumenterCustomizer implements InstrumenterCustomizerProvider {

  private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> TOPIC =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> ROUTING_KEY =
      AttributeKey.stringKey("messaging.rabbitmq.destination.routing_key");
  private static final String DEFAULT_EXCHANGE = "<default>";

  @Override
  public void customize(InstrumenterCustomizer customizer) {
    try {
      if (Carrier.current().isActive()) {
        addTo(customizer, Carrier.current());
      }
    } catch (Throwable failure) {
      Failures.record("instrumenter", failure);
    }
  }

  private static void addTo(InstrumenterCustomizer customizer, Carrier carrier) {
    if (customizer.hasType(HTTP_SERVER)) {
      add(customizer, "http-server", new ServerStart(carrier));
    } else if (customizer.hasType(HTTP_CLIENT)) {
      add(
          customizer,
          "http-client",
          (c, request, start) -> carrier.egress().toHost(c, "http", start.get(HOST)));
    } else if (customizer.hasType(RPC_CLIENT)) {
      add(
          customizer,
          "rpc-client",
          (c, request, start) -> carrier.egress().toHost(c, "rpc", start.get(HOST)));
    } else if (customizer.hasType(MESSAGING_PRODUCER)) {
      add(customizer, "producer", (c, message, start) -> carrier.egress().toTopic(c, topic(start)));
    } else if (!customizer.hasType(MESSAGING_CONSUMER_RECEIVE)) {
      MessageReading messages = new MessageReading(carrier);
      if (customizer.hasType(MESSAGING_CONSUMER_PROCESS)) {
        add(
            customizer,
            "consumer",
            (c, message, start) -> messages.arrives(c, message, topic(start)));
      } else if (MessageReading.knows(customizer.getInstrumentationName())) {
        add( // agent 2.24 knows no type of spans that process, and both of those that receive
            customizer,
            "consumer",
            (c, message, start) -> messages.mayArrive(c, message, topic(start)));
      }
    }
  }

  private static void add(InstrumenterCustomizer customizer, String hook, Change change) {
    ContextCustomizer<Object> failsOpen =
        (context, request, start) -> {
          try {
            return change.apply(context, request, start);
          } catch (Throwable failure) {
            Failures.record(hook, failure);
            return context;
          }
        };
    customizer.addContextCustomizer(failsOpen);
  }

  /** The topic or exchange; for AMQP's exchange without a name the queue that it leads to. */
  private static @Nullable String topic(Attributes start) {
    String name = start.get(TOPIC);
    return DEFAULT_EXCHANGE.equals(name) ? start.get(ROUTING_KEY) : name;
  }

  /** What to do before a span starts; {@code request} is what the instrumentation works on. */
  private interface Change {
    Context apply(Context context, Object request, Attributes start)
        throws ReflectiveOperationException;
  }

  /** A server span: its request gets a place for keys, with those in its query and path. */
  private static final class ServerStart implements Change {

    private final Carrier carrier;
    private final QueryKeys query;
    private final List<PathRule> rules;

    ServerStart(Carrier carrier) {
      this.carrier = carrier;
      this.query = new QueryKeys(carrier.settings().queryParameters());
      this.rules = carrier.settings().pathRules();
    }

    @Override
    public Context apply(Context context, Object unused, Attributes start) {
      Context request = carrier.withRequest(context);
      String text = start.get(QUERY);
      if (text != null) {
        query.find(text, (name, value) -> carrier.discover(request, name, value, Source.QUERY));
      }
      String path = rules.isEmpty() ? null : start.get(PATH);
      if (path != null) {
        for (PathRule rule : rules) {
          rule.match(path, (name, value) -> carrier.discover(request, name, value, Source.PATH));
        }
      }
      return request;
    }
  }
}
