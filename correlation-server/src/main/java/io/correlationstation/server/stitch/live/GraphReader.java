// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.stitch.live.ObjectGraph.Kind;
import io.correlationstation.server.stitch.live.ObjectGraph.Shape;
import java.io.DataInput;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one graph; see {@link ObjectGraph}. */
final class GraphReader {

  private final DataInput in;
  private final List<?> externals;
  private final List<Object> objects = new ArrayList<>();
  private final ArrayDeque<Unread> unread = new ArrayDeque<>();
  private final List<Kind> kinds = new ArrayList<>();

  /** Maps and sets are filled last, when the hashes of what they hold are settled. */
  private final List<Runnable> fillings = new ArrayList<>();

  /** An object whose body comes later. */
  private record Unread(Kind kind, Object object) {}

  GraphReader(List<?> externals, DataInput in) {
    this.externals = externals;
    this.in = in;
  }

  Object read() throws IOException, ReflectiveOperationException {
    Object root = reference();
    if (root == null) {
      throw new IOException("no root");
    }
    while (!unread.isEmpty()) {
      Unread next = unread.removeLast();
      body(next.object, next.kind);
    }
    fillings.forEach(Runnable::run);
    return root;
  }

  private Kind kind() throws IOException, ReflectiveOperationException {
    int number = number();
    if (number == kinds.size()) {
      String signature = in.readUTF();
      String name = signature.split(" ", 2)[0];
      Kind kind = new Kind(Class.forName(name), number);
      if (!kind.signature().equals(signature)) {
        throw new IOException("other fields: " + signature);
      }
      kinds.add(kind);
    }
    return kinds.get(number);
  }

  private @Nullable Object reference() throws IOException, ReflectiveOperationException {
    int tag = in.readByte();
    return switch (tag) {
      case ObjectGraph.NULL -> null;
      case ObjectGraph.EXTERNAL -> externals.get(number());
      case ObjectGraph.KNOWN -> objects.get(number());
      case ObjectGraph.VALUE -> value(kind());
      case ObjectGraph.NEW -> {
        Kind kind = kind();
        Object object = allocated(kind);
        objects.add(object);
        body(object, kind);
        yield object;
      }
      case ObjectGraph.LATER -> {
        Kind kind = kind();
        Object object = allocated(kind);
        objects.add(object);
        unread.add(new Unread(kind, object));
        yield object;
      }
      default -> throw new IOException("no reference begins with " + tag);
    };
  }

  private @Nullable Object part() throws IOException, ReflectiveOperationException {
    int tag = in.readByte();
    return switch (tag) {
      case ObjectGraph.NULL -> null;
      case ObjectGraph.VALUE -> value(kind());
      case ObjectGraph.NEW -> {
        Kind kind = kind();
        Object object = allocated(kind);
        body(object, kind);
        yield object;
      }
      default -> throw new IOException("no part begins with " + tag);
    };
  }

  private Object allocated(Kind kind) throws IOException, ReflectiveOperationException {
    return kind.shape == Shape.ARRAY
        ? Array.newInstance(kind.type.getComponentType(), number())
        : kind.allocate();
  }

  private Object value(Kind kind) throws IOException, ReflectiveOperationException {
    switch (kind.shape) {
      case STRING -> {
        byte[] bytes = new byte[number()];
        in.readFully(bytes);
        return new String(bytes, UTF_8);
      }
      case ENUM -> {
        return kind.type.getEnumConstants()[number()];
      }
      case RECORD -> {
        Map<String, @Nullable Object> parts = new HashMap<>();
        for (Field field : kind.fields) {
          Class<?> type = field.getType();
          parts.put(field.getName(), type.isPrimitive() ? boxed(type) : reference());
        }
        return kind.record(parts);
      }
      case NUMBERS -> {
        Object array = Array.newInstance(kind.type.getComponentType(), number());
        elements(array);
        return array;
      }
      case FIXED_LIST -> {
        int size = number();
        List<Object> elements = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
          elements.add(reference());
        }
        return Set.class.isAssignableFrom(kind.type) ? Set.copyOf(elements) : List.copyOf(elements);
      }
      default -> {
        return boxed(kind.type);
      }
    }
  }

  private Object boxed(Class<?> type) throws IOException {
    if (type == Boolean.class || type == boolean.class) {
      return in.readBoolean();
    }
    if (type == Integer.class || type == int.class) {
      return in.readInt();
    }
    if (type == Long.class || type == long.class) {
      return in.readLong();
    }
    if (type == Double.class || type == double.class) {
      return in.readDouble();
    }
    if (type == float.class) {
      return in.readFloat();
    }
    throw new IOException("no such value: " + type);
  }

  private void body(Object object, Kind kind) throws IOException, ReflectiveOperationException {
    switch (kind.shape) {
      case ARRAY -> elements(object);
      case COLLECTION -> collection(object);
      case MAP -> map(object);
      default -> {
        for (int i = 0; i < kind.fields.length; i++) {
          field(kind.fields[i], kind.fieldTypes[i], object);
        }
      }
    }
  }

  @SuppressWarnings("unchecked") // made by MAKERS
  private void collection(Object object) throws IOException, ReflectiveOperationException {
    Collection<Object> collection = (Collection<Object>) object;
    int size = number();
    List<Object> elements = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      elements.add(reference());
    }
    fillings.add(() -> collection.addAll(elements));
  }

  @SuppressWarnings("unchecked") // made by MAKERS
  private void map(Object object) throws IOException, ReflectiveOperationException {
    Map<Object, Object> map = (Map<Object, Object>) object;
    int size = number();
    List<Object> entries = new ArrayList<>(size * 2);
    for (int i = 0; i < 2 * size; i++) {
      entries.add(reference());
    }
    fillings.add(
        () -> {
          for (int i = 0; i < entries.size(); i += 2) {
            map.put(entries.get(i), entries.get(i + 1));
          }
        });
  }

  private void field(Field field, char type, Object object)
      throws IOException, ReflectiveOperationException {
    switch (type) {
      case 'J' -> field.setLong(object, in.readLong());
      case 'I' -> field.setInt(object, in.readInt());
      case 'D' -> field.setDouble(object, in.readDouble());
      case 'F' -> field.setFloat(object, in.readFloat());
      case 'Z' -> field.setBoolean(object, in.readBoolean());
      case 'S' -> field.setShort(object, in.readShort());
      case 'B' -> field.setByte(object, in.readByte());
      case 'C' -> field.setChar(object, in.readChar());
      case ObjectGraph.PART -> field.set(object, part());
      default -> field.set(object, reference());
    }
  }

  private void elements(Object array) throws IOException, ReflectiveOperationException {
    if (array instanceof long[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readLong();
      }
    } else if (array instanceof double[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readDouble();
      }
    } else if (array instanceof float[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readFloat();
      }
    } else if (array instanceof int[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readInt();
      }
    } else if (array instanceof short[] numbers) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = in.readShort();
      }
    } else if (array instanceof byte[] bytes) {
      in.readFully(bytes);
    } else if (array instanceof boolean[] flags) {
      for (int i = 0; i < flags.length; i++) {
        flags[i] = in.readBoolean();
      }
    } else {
      Object[] references = (Object[]) array;
      for (int i = 0; i < references.length; i++) {
        references[i] = reference();
      }
    }
  }

  private int number() throws IOException {
    int result = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = in.readByte();
      result |= (next & 0x7f) << shift;
      if (next >= 0) {
        return result;
      }
    }
    throw new IOException("a number of more than five bytes");
  }
}
