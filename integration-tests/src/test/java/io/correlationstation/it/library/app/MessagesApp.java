// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.library.app;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.SaslMechanism;
import com.rabbitmq.client.impl.LongStringHelper;
import com.sun.net.httpserver.HttpServer;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.CorrelationTelemetry;
import io.correlationstation.correlation.mdso.MdsoEvents;
import io.correlationstation.correlation.messaging.AmqpMessages;
import io.correlationstation.correlation.messaging.KafkaMessages;
import io.opentelemetry.context.Scope;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A service that sends messages to itself with the library's helpers. A request to {@code
 * /kafka?<circuit>} or {@code /amqp?<circuit>} sends one message; to {@code /batch?<circuit>} three
 * that are worked on together. Each message that is worked on is told as an event.
 */
public final class MessagesApp {

  private static final int BATCH = 3;

  private MessagesApp() {}

  public static void main(String[] args) throws Exception {
    CorrelationTelemetry telemetry = CorrelationTelemetry.configure("messages");
    System.out.println("MODE " + telemetry.mode());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String kafka = System.getenv("KAFKA");
    String suffix = System.getenv("SUFFIX");
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka), new StringSerializer(), new StringSerializer());
    answer(
        server,
        "/kafka",
        () -> KafkaMessages.send(producer, new ProducerRecord<>("one" + suffix, "x")).get());
    answer(
        server,
        "/batch",
        () -> {
          for (int i = 0; i < BATCH; i++) {
            KafkaMessages.send(producer, new ProducerRecord<>("batch" + suffix, "x")).get();
          }
        });
    Channel channel = channel();
    String queue = "queue" + suffix;
    channel.queueDeclare(queue, false, false, false, null);
    answer(
        server,
        "/amqp",
        () -> AmqpMessages.publish(channel, "", queue, new AMQP.BasicProperties(), new byte[] {1}));
    channel()
        .basicConsume(
            queue,
            true,
            (tag, message) -> AmqpMessages.process(message, () -> worked("amqp")),
            tag -> {});
    start("one", () -> consumeOne(kafka, suffix));
    start("batch", () -> consumeBatch(kafka, suffix));
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void answer(HttpServer server, String path, Action action) {
    server.createContext(
        path,
        exchange -> {
          int status = 200;
          try (Scope scope =
              Correlation.of(CorrelationKey.CIRCUIT_ID, exchange.getRequestURI().getQuery())
                  .makeCurrent()) {
            action.run();
          } catch (Exception failure) {
            failure.printStackTrace();
            status = 500;
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
  }

  private static Channel channel() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(System.getenv("AMQP")));
    factory.setVirtualHost("default");
    factory.setSaslConfig(mechanisms -> new Anonymous());
    return factory.newConnection().createChannel();
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void consumeOne(String kafka, String suffix) {
    try (KafkaConsumer<String, String> consumer = consumer(kafka, "one" + suffix)) {
      while (true) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          KafkaMessages.process(record, () -> worked("kafka"));
        }
      }
    }
  }

  private static void consumeBatch(String kafka, String suffix) {
    List<ConsumerRecord<String, String>> batch = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer(kafka, "batch" + suffix)) {
      while (true) {
        consumer.poll(Duration.ofMillis(100)).forEach(batch::add);
        if (batch.size() == BATCH) {
          KafkaMessages.processBatch(batch, () -> worked("batch"));
          batch.clear();
        }
      }
    }
  }

  private static KafkaConsumer<String, String> consumer(String kafka, String topic) {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka, "group.id", topic, "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  private static void worked(String how) {
    MdsoEvents.create().directoryCreated(how);
  }

  /** The broker lets everybody in. */
  private static final class Anonymous implements SaslMechanism {

    @Override
    public String getName() {
      return "ANONYMOUS";
    }

    @Override
    public LongString handleChallenge(LongString challenge, String user, String password) {
      return LongStringHelper.asLongString("");
    }
  }
}
