// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.stitch.live.ObjectGraph.Kind;
import io.correlationstation.server.stitch.live.ObjectGraph.Shape;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one graph; see {@link ObjectGraph}. */
final class GraphWriter {

  private final StateOutput out;
  private final Object[] externals;
  private final ObjectNumbers numbers = new ObjectNumbers();
  private final ArrayDeque<Object> unwritten = new ArrayDeque<>();
  private final Map<Class<?>, Kind> kinds = new HashMap<>();
  private @Nullable Kind lastKind;

  GraphWriter(List<?> externals, StateOutput out) {
    this.out = out;
    this.externals = externals.toArray();
  }

  void write(Object root) throws IOException {
    try {
      reference(root);
      for (Object next = unwritten.pollLast(); next != null; next = unwritten.pollLast()) {
        body(kind(next), next);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("fields were made accessible", e);
    }
  }

  private Kind kind(Object object) {
    Class<?> type = object.getClass();
    Kind kind = lastKind;
    if (kind == null || kind.type != type) {
      kind = kinds.get(type);
      if (kind == null) {
        kind = new Kind(type, kinds.size());
        kinds.put(type, kind);
      }
      lastKind = kind;
    }
    return kind;
  }

  private void named(Kind kind) throws IOException {
    out.writeNumber(kind.number);
    if (!kind.named) {
      kind.named = true;
      byte[] signature = kind.signature().getBytes(UTF_8);
      out.writeShort(signature.length);
      out.write(signature);
    }
  }

  private void reference(@Nullable Object object) throws IOException, ReflectiveOperationException {
    if (object == null) {
      out.writeByte(ObjectGraph.NULL);
      return;
    }
    for (int i = 0; i < externals.length; i++) {
      if (externals[i] == object) {
        out.writeByte(ObjectGraph.EXTERNAL);
        out.writeNumber(i);
        return;
      }
    }
    Kind kind = kind(object);
    switch (kind.shape) {
      case STRING, BOXED, ENUM, RECORD, NUMBERS, FIXED_LIST -> {
        out.writeByte(ObjectGraph.VALUE);
        named(kind);
        value(kind, object);
      }
      default -> {
        int known = numbers.numberOrAdd(object);
        if (known >= 0) {
          out.writeByte(ObjectGraph.KNOWN);
          out.writeNumber(known);
          return;
        }
        begun(kind, object);
        unwritten.add(object);
      }
    }
  }

  private void begun(Kind kind, Object object) throws IOException {
    out.writeByte(ObjectGraph.NEW);
    named(kind);
    if (kind.shape == Shape.ARRAY) {
      out.writeNumber(Array.getLength(object));
    }
  }

  private void part(@Nullable Object object) throws IOException, ReflectiveOperationException {
    if (object == null) {
      out.writeByte(ObjectGraph.NULL);
      return;
    }
    Kind kind = kind(object);
    if (kind.shape.isValue()) {
      out.writeByte(ObjectGraph.VALUE);
      named(kind);
      value(kind, object);
    } else {
      begun(kind, object);
      body(kind, object);
    }
  }

  private void value(Kind kind, Object object) throws IOException, ReflectiveOperationException {
    switch (kind.shape) {
      case STRING -> out.writeText((String) object);
      case ENUM -> out.writeNumber(((Enum<?>) object).ordinal());
      case RECORD -> fields(kind, object);
      case NUMBERS -> {
        out.writeNumber(Array.getLength(object));
        elements(object);
      }
      case FIXED_LIST -> {
        Collection<?> elements = (Collection<?>) object;
        out.writeNumber(elements.size());
        for (Object element : elements) {
          reference(element);
        }
      }
      default -> boxed(object);
    }
  }

  private void boxed(Object object) throws IOException {
    if (object instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (object instanceof Integer integer) {
      out.writeInt(integer);
    } else if (object instanceof Long number) {
      out.writeLong(number);
    } else if (object instanceof Double number) {
      out.writeDouble(number);
    } else {
      throw new IllegalStateException("state of a kind that can't be saved: " + object.getClass());
    }
  }

  private void body(Kind kind, Object object) throws IOException, ReflectiveOperationException {
    switch (kind.shape) {
      case ARRAY -> elements(object);
      case COLLECTION -> {
        out.writeNumber(((Collection<?>) object).size());
        for (Object element : (Collection<?>) object) {
          reference(element);
        }
      }
      case MAP -> {
        out.writeNumber(((Map<?, ?>) object).size());
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) object).entrySet()) {
          reference(entry.getKey());
          reference(entry.getValue());
        }
      }
      default -> fields(kind, object);
    }
  }

  private void fields(Kind kind, Object object) throws IOException, ReflectiveOperationException {
    for (int i = 0; i < kind.fields.length; i++) {
      field(kind.fields[i], kind.fieldTypes[i], object);
    }
  }

  private void field(Field field, char type, Object object)
      throws IOException, ReflectiveOperationException {
    switch (type) {
      case 'J' -> out.writeLong(field.getLong(object));
      case 'I' -> out.writeInt(field.getInt(object));
      case 'D' -> out.writeDouble(field.getDouble(object));
      case 'F' -> out.writeFloat(field.getFloat(object));
      case 'Z' -> out.writeBoolean(field.getBoolean(object));
      case 'S' -> out.writeShort(field.getShort(object));
      case 'B' -> out.writeByte(field.getByte(object));
      case 'C' -> out.writeShort(field.getChar(object));
      case ObjectGraph.PART -> part(field.get(object));
      default -> reference(field.get(object));
    }
  }

  private void elements(Object array) throws IOException, ReflectiveOperationException {
    if (array instanceof long[] numbers) {
      for (long each : numbers) {
        out.writeLong(each);
      }
    } else if (array instanceof double[] numbers) {
      for (double each : numbers) {
        out.writeDouble(each);
      }
    } else if (array instanceof float[] numbers) {
      for (float each : numbers) {
        out.writeFloat(each);
      }
    } else if (array instanceof int[] numbers) {
      for (int each : numbers) {
        out.writeInt(each);
      }
    } else if (array instanceof short[] numbers) {
      for (short each : numbers) {
        out.writeShort(each);
      }
    } else if (array instanceof byte[] bytes) {
      out.write(bytes);
    } else if (array instanceof boolean[] flags) {
      for (boolean each : flags) {
        out.writeBoolean(each);
      }
    } else if (array instanceof Object[] objects) {
      for (Object each : objects) {
        reference(each);
      }
    } else {
      throw new IllegalStateException("state of a kind that can't be saved: " + array.getClass());
    }
  }
}
