// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.context.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages as the agent's instrumentations hold them, by the names of their methods. */
class MessageReadingTest {

  private final Carrier carrier =
      Carrier.of(
          Settings.read(
              SettingsSource.of(
                  Map.of(
                      "message-rules",
                      "orders*:circuit_id=/circuit/id,orders*:product_id=/p,"
                          + "orders*:request_id=ref,tasks:resource_id=/id"))));
  private final MessageReading reading = new MessageReading(carrier);

  @Test
  void arrives_textThatRulesFit_isInTheContextOfTheMessage() throws Exception {
    Context context = arrives("orders.new", "{\"circuit\":{\"id\":\"C\"},\"p\":\"P\",\"x\":1}");

    assertThat(value(context, "circuit_id")).isEqualTo("C");
    assertThat(value(context, "product_id")).isEqualTo("P");
    assertThat(value(context, "request_id")).isEqualTo("R");
  }

  @Test
  void arrives_bytesAndBuffers_areLookedAtAndStayAsTheyAre() throws Exception {
    byte[] bytes = "{\"p\":\"P\"}".getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);

    assertThat(value(arrives("orders", bytes), "product_id")).isEqualTo("P");
    assertThat(value(arrives("orders", buffer), "product_id")).isEqualTo("P");
    assertThat(buffer.remaining()).isEqualTo(bytes.length);
  }

  @Test
  void arrives_anotherTopicOrNoJson_findsNothing() throws Exception {
    assertThat(value(arrives("billing", "{\"p\":\"P\"}"), "product_id")).isNull();
    assertThat(value(arrives("orders", "p"), "product_id")).isNull();
    assertThat(value(arrives("orders", 7), "product_id")).isNull();
  }

  @Test
  void arrives_delivery_isKnownByItsQueueAsWell() throws Exception {
    Context context = reading.arrives(Context.root(), new Delivery(), "");

    assertThat(value(context, "resource_id")).isEqualTo("R-7");
  }

  @Test
  void arrives_insideTheContextOfAnotherMessage_doesNotTouchThat() throws Exception {
    Context one = arrives("orders", "{\"p\":\"one\"}");
    Context two = arrives("orders", "{\"p\":\"two\"}");

    assertThat(value(one, "product_id")).isEqualTo("one");
    assertThat(value(two, "product_id")).isEqualTo("two");
  }

  @Test
  void arrives_requestOfAnUnknownShape_isOnlyGivenAPlaceForKeys() throws Exception {
    Context context = reading.arrives(Context.root(), "batch", "orders");

    assertThat(carrier.hasKeys(context)).isFalse();
    assertThat(carrier.withRequest(context)).isSameAs(context);
  }

  private Context arrives(String topic, Object value) throws ReflectiveOperationException {
    return reading.arrives(Context.root(), new Processing(new Record(value)), topic);
  }

  private String value(Context context, String key) {
    return carrier.valueOf(context, carrier.keys().named(key));
  }

  private static final class Processing {

    private final Record record;

    Processing(Record record) {
      this.record = record;
    }

    @SuppressWarnings("unused")
    Record getRecord() {
      return record;
    }
  }

  @SuppressWarnings("unused")
  private static final class Record {

    private final Object value;

    Record(Object value) {
      this.value = value;
    }

    Object value() {
      return value;
    }

    Headers headers() {
      return new Headers();
    }
  }

  @SuppressWarnings("unused")
  private static final class Headers {

    Header lastHeader(String name) {
      return name.equals("ref") ? new Header() : null;
    }
  }

  @SuppressWarnings("unused")
  private static final class Header {

    byte[] value() {
      return new byte[] {'R'};
    }
  }

  @SuppressWarnings("unused")
  private static final class Delivery {

    Object getProperties() {
      return "none";
    }

    String getQueue() {
      return "tasks";
    }

    byte[] getBody() {
      return "{\"id\":\"R-7\"}".getBytes(StandardCharsets.UTF_8);
    }
  }
}
