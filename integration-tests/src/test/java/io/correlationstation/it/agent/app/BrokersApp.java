// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * Passes the body of a POST on as a message to itself, over the AMQP broker at the port in {@code
 * AMQP} or over JMS inside the JVM, and calls downstream for each message that arrives. A query
 * {@code name=value} is a header of the message; GET says which properties and bodies arrived. Over
 * JMS, text is a TextMessage, and all else a BytesMessage.
 */
public final class BrokersApp {

  private static final HttpClient client = HttpClient.newHttpClient();

  private static final List<String> EXCHANGES = List.of("orders", "foreign");

  private BrokersApp() {}

  public static void main(String[] args) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    if (System.getenv("AMQP") != null) {
      server.createContext("/amqp/", amqp(Integer.parseInt(System.getenv("AMQP"))));
    }
    server.createContext("/jms/", jms());
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static HttpHandler amqp(int port) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port);
    factory.setVirtualHost("default");
    factory.setSaslConfig(mechanisms -> new Anonymous());
    Connection connection = factory.newConnection();
    Channel sending = connection.createChannel();
    Channel receiving = connection.createChannel();
    for (String queue : List.of("tasks", "hidden", "orders-copy")) {
      receiving.queueDeclare(queue, false, false, true, Collections.emptyMap());
      receiving.basicConsume(queue, true, (tag, message) -> call(), tag -> {});
    }
    for (String exchange : EXCHANGES) {
      receiving.exchangeDeclare(exchange, "fanout");
      receiving.queueBind("orders-copy", exchange, "");
    }
    return exchange -> {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String name = name(exchange);
      synchronized (sending) {
        if (EXCHANGES.contains(name)) {
          sending.basicPublish(name, "", null, body);
        } else {
          sending.basicPublish("", name, properties(exchange.getRequestURI().getQuery()), body);
        }
      }
      answer(exchange, "");
    };
  }

  private static BasicProperties properties(String query) {
    Map<String, Object> headers = new HashMap<>();
    if (query != null) {
      headers.put(query.substring(0, query.indexOf('=')), query.substring(query.indexOf('=') + 1));
    }
    return new BasicProperties.Builder().headers(headers).build();
  }

  private static HttpHandler jms() throws Exception {
    jakarta.jms.Connection connection =
        new ActiveMQConnectionFactory("vm://it?broker.persistent=false&broker.useJmx=false")
            .createConnection();
    connection.start();
    Session sending = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    Session receiving = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    List<String> properties = Collections.synchronizedList(new ArrayList<>());
    MessageConsumer consumer = receiving.createConsumer(receiving.createQueue("work"));
    consumer.setMessageListener(
        message -> {
          try {
            Collections.list((java.util.Enumeration<?>) message.getPropertyNames())
                .forEach(name -> properties.add(name.toString()));
            properties.add(body(message));
          } catch (jakarta.jms.JMSException failure) {
            throw new IllegalStateException(failure);
          }
          call();
        });
    return exchange -> {
      try {
        if (exchange.getRequestMethod().equals("GET")) {
          answer(exchange, String.join(",", properties));
          return;
        }
        Message message = message(sending, exchange);
        String query = exchange.getRequestURI().getQuery();
        if (query != null) {
          message.setStringProperty(
              query.substring(0, query.indexOf('=')), query.substring(query.indexOf('=') + 1));
        }
        synchronized (sending) {
          sending.createProducer(sending.createQueue(name(exchange))).send(message);
        }
        answer(exchange, "");
      } catch (jakarta.jms.JMSException failure) {
        throw new IOException(failure);
      }
    };
  }

  private static Message message(Session session, HttpExchange exchange)
      throws IOException, jakarta.jms.JMSException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (exchange.getRequestHeaders().getFirst("Content-Type").startsWith("text/")) {
      return session.createTextMessage(new String(body, StandardCharsets.UTF_8));
    }
    BytesMessage message = session.createBytesMessage();
    message.writeBytes(body);
    return message;
  }

  private static String body(Message message) throws jakarta.jms.JMSException {
    if (message instanceof TextMessage text) {
      return text.getText();
    }
    byte[] body = new byte[(int) ((BytesMessage) message).getBodyLength()];
    int length = ((BytesMessage) message).readBytes(body);
    return length + ":" + new String(body, StandardCharsets.UTF_8);
  }

  private static String name(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static void call() {
    try {
      client.send(
          HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
          HttpResponse.BodyHandlers.discarding());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Whoever asks. */
  private static final class Anonymous implements com.rabbitmq.client.SaslMechanism {

    @Override
    public String getName() {
      return "ANONYMOUS";
    }

    @Override
    public com.rabbitmq.client.LongString handleChallenge(
        com.rabbitmq.client.LongString challenge, String user, String password) {
      return com.rabbitmq.client.impl.LongStringHelper.asLongString("guest");
    }
  }
}
