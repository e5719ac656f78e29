// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.stitch.Copied;
import io.correlationstation.server.stitch.FieldSink;
import io.correlationstation.server.stitch.live.ObjectGraph.Kind;
import io.correlationstation.server.stitch.live.ObjectGraph.Shape;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one graph; see {@link ObjectGraph}. */
final class GraphWriter implements FieldSink {

  private final StateOutput out;
  private final Object[] externals;
  private final ObjectNumbers numbers = new ObjectNumbers();
  private final ArrayDeque<Object> unwritten = new ArrayDeque<>();
  private Kind[] kinds = new Kind[64];
  private int kindCount;
  private int depth;

  /** Whether {@link Copied} objects write themselves; else reflection does, the same bytes. */
  private final boolean byHand;

  GraphWriter(List<?> externals, StateOutput out, boolean byHand) {
    this.out = out;
    this.byHand = byHand;
    this.externals = externals.toArray();
  }

  void write(Object root) {
    reference(root);
    for (Object next = unwritten.pollLast(); next != null; next = unwritten.pollLast()) {
      body(kind(next), next);
    }
  }

  private Kind kind(Object object) {
    Class<?> type = object.getClass();
    for (int i = 0; i < kindCount; i++) {
      Kind kind = kinds[i];
      if (kind.type == type) {
        if (i > 0) { // what is met often is found soon
          kinds[i] = kinds[i - 1];
          kinds[i - 1] = kind;
        }
        return kind;
      }
    }
    Kind kind = new Kind(type, kindCount);
    if (kindCount == kinds.length) {
      kinds = Arrays.copyOf(kinds, 2 * kindCount);
    }
    kinds[kindCount++] = kind;
    return kind;
  }

  private void named(Kind kind) {
    out.writeNumber(kind.number);
    if (!kind.named) {
      kind.named = true;
      byte[] signature = kind.signature().getBytes(UTF_8);
      out.writeShort(signature.length);
      out.write(signature);
    }
  }

  @Override
  public void reference(@Nullable Object object) {
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
    if (object instanceof Copied copied) {
      int known = numbers.numberOrAdd(copied);
      if (known >= 0) {
        known(known);
      } else {
        first(kind(object), object);
      }
      return;
    }
    Kind kind = kind(object);
    if (kind.value) {
      out.writeByte(ObjectGraph.VALUE);
      named(kind);
      value(kind, object);
      return;
    }
    int known = numbers.numberOrAdd(object);
    if (known >= 0) {
      known(known);
    } else {
      first(kind, object);
    }
  }

  private void known(int number) {
    out.writeByte(ObjectGraph.KNOWN);
    out.writeNumber(number);
  }

  private void first(Kind kind, Object object) {
    if (depth == ObjectGraph.MAX_DEPTH) {
      begun(ObjectGraph.LATER, kind, object);
      unwritten.add(object);
    } else {
      begun(ObjectGraph.NEW, kind, object);
      depth++;
      body(kind, object);
      depth--;
    }
  }

  private void begun(int tag, Kind kind, Object object) {
    out.writeByte(tag);
    named(kind);
    if (kind.shape == Shape.ARRAY) {
      out.writeNumber(Array.getLength(object));
    }
  }

  @Override
  public void part(@Nullable Object object) {
    if (object == null) {
      out.writeByte(ObjectGraph.NULL);
      return;
    }
    Kind kind = kind(object);
    if (kind.value) {
      out.writeByte(ObjectGraph.VALUE);
      named(kind);
      value(kind, object);
    } else {
      begun(ObjectGraph.NEW, kind, object);
      body(kind, object);
    }
  }

  private void value(Kind kind, Object object) {
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

  private void boxed(Object object) {
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

  private void body(Kind kind, Object object) {
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

  private void fields(Kind kind, Object object) {
    if (byHand && object instanceof Copied copied) {
      copied.copyTo(this);
      return;
    }
    try {
      for (int i = 0; i < kind.fields.length; i++) {
        field(kind.fields[i], kind.fieldTypes[i], object);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("fields were made accessible", e);
    }
  }

  private void field(Field field, char type, Object object) throws IllegalAccessException {
    switch (type) {
      case 'J' -> put(field.getLong(object));
      case 'I' -> put(field.getInt(object));
      case 'D' -> put(field.getDouble(object));
      case 'F' -> put(field.getFloat(object));
      case 'Z' -> put(field.getBoolean(object));
      case 'S' -> out.writeShort(field.getShort(object));
      case 'B' -> put(field.getByte(object));
      case 'C' -> put(field.getChar(object));
      case ObjectGraph.PART -> part(field.get(object));
      default -> reference(field.get(object));
    }
  }

  @Override
  public void put(long value) {
    out.writeLong(value);
  }

  @Override
  public void put(int value) {
    out.writeInt(value);
  }

  @Override
  public void put(double value) {
    out.writeDouble(value);
  }

  @Override
  public void put(float value) {
    out.writeFloat(value);
  }

  @Override
  public void put(char value) {
    out.writeShort(value);
  }

  @Override
  public void put(byte value) {
    out.writeByte(value);
  }

  @Override
  public void put(boolean value) {
    out.writeBoolean(value);
  }

  private void elements(Object array) {
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
