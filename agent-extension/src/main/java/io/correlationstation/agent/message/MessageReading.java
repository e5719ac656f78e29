// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.message;

import io.correlationstation.agent.body.JsonKeys;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.settings.JsonRule;
import io.correlationstation.agent.settings.MessageRule;
import io.correlationstation.agent.settings.TopicPattern;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys in the headers and the JSON payload of each message before its span starts. They go to
 * the context of that one message, so that messages of a batch never see each other's.
 */
public final class MessageReading {

  private final Carrier carrier;
  private final List<Rule> rules = new ArrayList<>();

  public MessageReading(Carrier carrier) {
    this.carrier = carrier;
    for (MessageRule rule : carrier.settings().messageRules()) {
      rules.add(new Rule(carrier, rule));
    }
  }

  /**
   * Returns the context of a message with a place for its keys, and those that rules find.
   *
   * @param request what the agent's instrumentation of the library knows about the message
   * @param topic topic or exchange
   */
  public Context arrives(Context context, Object request, @Nullable String topic)
      throws ReflectiveOperationException {
    Context ofMessage = carrier.withRequest(context);
    boolean extracted = ofMessage == context;
    Message message = extracted && rules.isEmpty() ? null : Message.of(request);
    if (message != null) {
      if (!extracted) { // the agent links to the sender instead of going on with its trace
        carrier.discoverHeaders(ofMessage, message::header);
      }
      for (Rule rule : rules) {
        if (rule.topic.matches(topic) || rule.topic.matches(message.queue())) {
          find(rule, message, ofMessage);
        }
      }
    }
    return ofMessage;
  }

  /** The same where it is not known whether the span is that of a message; if not, nothing. */
  public Context mayArrive(Context context, Object request, @Nullable String topic)
      throws ReflectiveOperationException {
    return Message.of(request) == null ? context : arrives(context, request, topic);
  }

  /** Whether the messages of an instrumentation can be read. */
  public static boolean knows(String instrumentation) {
    return instrumentation.startsWith("io.opentelemetry.jms-")
        || instrumentation.startsWith("io.opentelemetry.kafka-clients-")
        || instrumentation.startsWith("io.opentelemetry.rabbitmq-");
  }

  private void find(Rule rule, Message message, Context context)
      throws ReflectiveOperationException {
    if (rule.header != null) {
      String value = message.header(rule.header);
      if (value != null) {
        carrier.discover(context, rule.key, value, Source.MESSAGE);
      }
    } else {
      Object payload = message.payload(carrier.settings().bodyMaxBytes());
      if (payload instanceof byte[]) {
        rule.payload.find((byte[]) payload, context, Source.MESSAGE);
      } else if (payload instanceof CharSequence) {
        rule.payload.find((CharSequence) payload, context, Source.MESSAGE);
      }
    }
  }

  private static final class Rule {

    private final TopicPattern topic;
    private final String key;
    private final @Nullable String header;
    private final JsonKeys payload;

    Rule(Carrier carrier, MessageRule rule) {
      topic = rule.topic();
      key = rule.key();
      header = rule.header();
      JsonRule place = rule.payload();
      payload =
          new JsonKeys(
              carrier, place == null ? Collections.emptyList() : Collections.singletonList(place));
    }
  }
}
