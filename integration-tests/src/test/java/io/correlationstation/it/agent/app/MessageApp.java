// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A service that passes work on over gRPC to itself, or over Kafka to itself, and calls downstream
 * for each piece that arrives.
 */
public final class MessageApp {

  private static final HttpClient client = HttpClient.newHttpClient();
  private static final MethodDescriptor<String, String> METHOD =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodType.UNARY)
          .setFullMethodName("it.Work/Do")
          .setRequestMarshaller(new Text())
          .setResponseMarshaller(new Text())
          .build();

  private MessageApp() {}

  public static void main(String[] args) throws IOException {
    Server grpc =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(
                ServerServiceDefinition.builder("it.Work")
                    .addMethod(
                        METHOD,
                        ServerCalls.asyncUnaryCall(
                            (request, observer) -> {
                              call("grpc");
                              observer.onNext("done");
                              observer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannel channel =
        Grpc.newChannelBuilder("localhost:" + grpc.getPort(), InsecureChannelCredentials.create())
            .build();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext(
        "/grpc",
        exchange -> {
          ClientCalls.blockingUnaryCall(channel, METHOD, CallOptions.DEFAULT, "x");
          answer(exchange);
        });
    String kafka = System.getenv("KAFKA");
    if (kafka != null) {
      KafkaProducer<String, String> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", kafka, "linger.ms", "100"),
              new StringSerializer(),
              new StringSerializer());
      server.createContext(
          "/kafka",
          exchange -> {
            String topic = exchange.getRequestURI().getPath().substring("/kafka/".length());
            String value =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            ProducerRecord<String, String> record = new ProducerRecord<>(topic, value);
            if (exchange.getRequestURI().getQuery() != null) {
              record
                  .headers()
                  .add("ref", exchange.getRequestURI().getQuery().getBytes(StandardCharsets.UTF_8));
            }
            producer.send(record);
            answer(exchange);
          });
      Thread consumer = new Thread(() -> consume(kafka), "consumer");
      consumer.setDaemon(true);
      consumer.start();
    }
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static void consume(String kafka) {
    String group = System.getenv("GROUP"); // reads the topic of its name
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                kafka,
                "group.id",
                group == null ? "it" : group,
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(group == null ? List.of("orders", "foreign") : List.of(group));
      while (true) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          call(record.topic());
        }
      }
    }
  }

  private static void call(String path) {
    try {
      client.send(
          HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM") + "/" + path)).build(),
          HttpResponse.BodyHandlers.discarding());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  /** Strings as they are. */
  private static final class Text implements MethodDescriptor.Marshaller<String> {

    @Override
    public InputStream stream(String text) {
      return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
