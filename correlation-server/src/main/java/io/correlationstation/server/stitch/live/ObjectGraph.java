// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Part;
import java.io.DataInput;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import sun.reflect.ReflectionFactory;

/**
 * Writes everything that can be reached from one object, and reads it again as it was: same fields,
 * same identities, same order in every collection.
 *
 * <p>By reflection and not by hand, but for writing what there is most of ({@link
 * io.correlationstation.server.stitch.Copied}): a stitcher restored with one field forgotten would
 * decide differently after a restart and nobody would notice. Not Java's serialisation, which
 * descends recursively and overflows the stack on chains of traces that refer to one another.
 *
 * <pre>
 *   graph     = reference of the root, then the bodies that are to come, of the one named last first
 *   reference = 0 null | 1 value | 2 external, its number | 3 id known
 *             | 4 new id, class[, length], body | 5 new id, class[, length], its body is to come
 *   part      = 0 null | 1 value | 4 class[, length], body: without an id
 *   value     = strings, numbers and arrays of them, enums, records, unmodifiable lists: in place
 *   body      = fields in order of name, superclasses first | elements | entries; {@link Part}
 *               fields are parts, transient ones are left out
 *   class     = number; a new one is followed by its name and, for a plain object, its fields
 * </pre>
 *
 * <p>What is written must be of this program's packages or a common collection of the JDK; anything
 * else is refused by name. Collections that hash by identity keep their order only when they are
 * linked ones: state that decides anything must not iterate over others.
 */
final class ObjectGraph {

  static final int NULL = 0;
  static final int VALUE = 1;
  static final int EXTERNAL = 2;
  static final int KNOWN = 3;
  static final int NEW = 4;
  static final int LATER = 5;

  /** So deep one object is written within another, and not after it. */
  static final int MAX_DEPTH = 100;

  /** Code of a field whose object is written within its owner. */
  static final char PART = 'P';

  private static final String OWN_PACKAGES = "io.correlationstation.";

  private ObjectGraph() {}

  /**
   * Writes all that hangs on {@code root}.
   *
   * @param externals objects that the reader has too and that are only named; their order counts
   * @throws IllegalStateException when something of a kind that can't be saved hangs on it
   */
  static void write(Object root, List<?> externals, StateOutput out) {
    new GraphWriter(externals, out, true).write(root);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException when the bytes are not such a graph, or one of other classes or fields
   */
  static Object read(List<?> externals, DataInput in) throws IOException {
    try {
      return new GraphReader(externals, in).read();
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IOException("saved state does not fit this program: " + e, e);
    }
  }

  /** How a class is written. */
  enum Shape {
    STRING,
    BOXED,
    ENUM,
    RECORD,
    NUMBERS,
    FIXED_LIST,
    ARRAY,
    COLLECTION,
    MAP,
    PLAIN;

    static Shape of(Class<?> type) {
      if (type == String.class) {
        return STRING;
      }
      if (type == Long.class || type == Integer.class || type == Double.class) {
        return BOXED;
      }
      if (type == Boolean.class) {
        return BOXED;
      }
      if (type.isArray()) {
        return type.getComponentType().isPrimitive() ? NUMBERS : ARRAY;
      }
      if (Collection.class.isAssignableFrom(type) && type.getName().startsWith("java.util.")) {
        return MAKERS.containsKey(type) ? COLLECTION : FIXED_LIST;
      }
      if (MAKERS.containsKey(type)) {
        return MAP;
      }
      if (!type.getName().startsWith(OWN_PACKAGES) || type.isHidden()) {
        throw new IllegalStateException("state of a kind that can't be saved: " + type.getName());
      }
      return type.isEnum() ? ENUM : type.isRecord() ? RECORD : PLAIN;
    }
  }

  private interface Maker {
    Object make();
  }

  private static final Map<Class<?>, Maker> MAKERS =
      Map.of(
          ArrayList.class, ArrayList::new,
          ArrayDeque.class, ArrayDeque::new,
          HashSet.class, HashSet::new,
          LinkedHashSet.class, LinkedHashSet::new,
          TreeSet.class, TreeSet::new,
          HashMap.class, HashMap::new,
          LinkedHashMap.class, LinkedHashMap::new,
          TreeMap.class, TreeMap::new);

  /** Instance fields, superclasses first, then by name. */
  private static List<Field> fields(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
      List<Field> own = new ArrayList<>();
      for (Field field : at.getDeclaredFields()) {
        if ((field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0) {
          field.setAccessible(true);
          own.add(field);
        }
      }
      own.sort(Comparator.comparing(Field::getName));
      fields.addAll(0, own);
    }
    return fields;
  }

  /** A class as the writer or the reader knows it. */
  static final class Kind {
    final Class<?> type;
    final Shape shape;

    /** Whether it is written where it is referred to, each time. */
    final boolean value;

    final int number;
    final Field[] fields;
    final char[] fieldTypes;

    /** Whether its name has been written. */
    boolean named;

    private @Nullable Constructor<?> constructor;

    Kind(Class<?> type, int number) {
      this.type = type;
      this.number = number;
      shape = Shape.of(type);
      value = shape.ordinal() < Shape.ARRAY.ordinal();
      fields =
          shape == Shape.PLAIN || shape == Shape.RECORD
              ? fields(type).toArray(Field[]::new)
              : new Field[0];
      fieldTypes = new char[fields.length];
      for (int i = 0; i < fields.length; i++) {
        fieldTypes[i] = code(fields[i]);
      }
    }

    private static char code(Field field) {
      if (field.isAnnotationPresent(Part.class)) {
        return PART;
      }
      return field.getType().isPrimitive() ? field.getType().descriptorString().charAt(0) : 'L';
    }

    /** What must be the same on both sides. */
    String signature() {
      StringBuilder text = new StringBuilder(type.getName());
      for (Field field : fields) {
        text.append(' ').append(field.getName()).append(':').append(field.getType().getName());
      }
      if (type.isEnum()) {
        text.append(' ').append(Arrays.toString(type.getEnumConstants()));
      }
      return text.toString();
    }

    /** An empty one, to be filled; no constructor of the class runs. */
    Object allocate() throws ReflectiveOperationException {
      Maker maker = MAKERS.get(type);
      if (maker != null) {
        return maker.make();
      }
      if (constructor == null) {
        constructor =
            ReflectionFactory.getReflectionFactory()
                .newConstructorForSerialization(type, Object.class.getDeclaredConstructor());
      }
      return constructor.newInstance();
    }

    /** A record of these values, by field. */
    Object record(Map<String, @Nullable Object> values) throws ReflectiveOperationException {
      RecordComponent[] components = type.getRecordComponents();
      if (constructor == null) {
        Class<?>[] types =
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
      }
      return constructor.newInstance(
          Arrays.stream(components).map(component -> values.get(component.getName())).toArray());
    }
  }
}
