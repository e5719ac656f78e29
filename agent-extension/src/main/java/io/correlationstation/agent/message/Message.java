// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.message;

import io.correlationstation.agent.bridge.Accessors;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of Kafka, RabbitMQ or JMS, found in what the agent's instrumentation holds of it. All
 * of it is touched by reflection: the classes are the application's, or internals of the agent,
 * whose methods used here are the same from 2.24 to 2.33.
 */
abstract class Message {

  /** Returns null when there is no single message in it that can be read. */
  static @Nullable Message of(Object request) throws ReflectiveOperationException {
    Object record = call(request, "getRecord");
    if (record != null) {
      return new Kafka(record);
    }
    Object properties = call(request, "getProperties");
    if (properties != null) {
      return new Rabbit(request, properties);
    }
    Object adapter = call(request, "message");
    return adapter == null ? null : new Jms(adapter);
  }

  /** Name of the queue that it came from, or null when the topic says all. */
  @Nullable String queue() throws ReflectiveOperationException {
    return null;
  }

  /** Returns the text of a header, or null when it has no such header. */
  abstract @Nullable String header(String name) throws ReflectiveOperationException;

  /**
   * Returns a text or bytes, or else something of no use. Reading it changes nothing.
   *
   * @param maxBytes how much of a buffer is copied
   */
  abstract @Nullable Object payload(int maxBytes) throws ReflectiveOperationException;

  /** Calls a method without arguments; null when the object has no such method. */
  private static @Nullable Object call(Object target, String method)
      throws ReflectiveOperationException {
    Method found = Accessors.method(target.getClass(), method);
    return found == null ? null : found.invoke(target);
  }

  private static @Nullable Object call(Object target, String method, String argument)
      throws ReflectiveOperationException {
    Method found = Accessors.method(target.getClass(), method, String.class);
    return found == null ? null : found.invoke(target, argument);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value instanceof byte[]
        ? new String((byte[]) value, StandardCharsets.UTF_8)
        : value == null ? null : value.toString();
  }

  private static final class Kafka extends Message {

    private final Object record;

    Kafka(Object record) {
      this.record = record;
    }

    @Override
    @Nullable String header(String name) throws ReflectiveOperationException {
      Object headers = call(record, "headers");
      Object header = headers == null ? null : call(headers, "lastHeader", name);
      return header == null ? null : text(call(header, "value"));
    }

    @Override
    @Nullable Object payload(int maxBytes) throws ReflectiveOperationException {
      Object value = call(record, "value");
      if (value instanceof ByteBuffer) {
        ByteBuffer view = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[Math.min(view.remaining(), maxBytes)];
        view.get(bytes);
        return bytes;
      }
      return value;
    }
  }

  private static final class Rabbit extends Message {

    private final Object delivery;
    private final Object properties;

    Rabbit(Object delivery, Object properties) {
      this.delivery = delivery;
      this.properties = properties;
    }

    @Override
    @Nullable String queue() throws ReflectiveOperationException {
      return text(call(delivery, "getQueue"));
    }

    @Override
    @Nullable String header(String name) throws ReflectiveOperationException {
      Object headers = call(properties, "getHeaders");
      return headers instanceof Map ? text(((Map<?, ?>) headers).get(name)) : null;
    }

    @Override
    @Nullable Object payload(int maxBytes) throws ReflectiveOperationException {
      return call(delivery, "getBody");
    }
  }

  private static final class Jms extends Message {

    private final Object adapter;

    Jms(Object adapter) {
      this.adapter = adapter;
    }

    @Override
    @Nullable String header(String name) throws ReflectiveOperationException {
      return text(call(adapter, "getStringProperty", name.replace("-", "__dash__")));
    }

    @Override
    @Nullable Object payload(int maxBytes) throws ReflectiveOperationException {
      Field field = Accessors.field(adapter.getClass(), "message");
      Object message = field == null ? null : field.get(adapter);
      if (message == null) {
        return null;
      }
      Object length = call(message, "getBodyLength"); // only a BytesMessage has one
      return length instanceof Long
          ? bytes(message, (int) Math.min((Long) length, maxBytes))
          : call(message, "getText");
    }

    /** The message is new: whoever reads it next starts at its beginning. */
    private static byte @Nullable [] bytes(Object message, int length)
        throws ReflectiveOperationException {
      Method read = Accessors.method(message.getClass(), "readBytes", byte[].class);
      if (read == null) {
        return null;
      }
      byte[] bytes = new byte[length];
      try {
        read.invoke(message, (Object) bytes);
      } finally {
        call(message, "reset");
      }
      return bytes;
    }
  }
}
