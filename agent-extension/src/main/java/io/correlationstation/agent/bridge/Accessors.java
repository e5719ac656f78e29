// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.bridge;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Methods and fields by name, of classes that the extension cannot link to; looked up once for each
 * class and forgotten with it.
 */
public final class Accessors {

  private static final Object ABSENT = new Object();

  private static final ClassValue<Map<String, Object>> members =
      new ClassValue<Map<String, Object>>() {
        @Override
        protected Map<String, Object> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private Accessors() {}

  /** Returns the method of a class or of what it extends and implements, or null. */
  public static @Nullable Method method(Class<?> type, String name, Class<?>... parameters) {
    Map<String, Object> known = members.get(type);
    Object found = known.get(name);
    if (found == null) {
      found = find(type, name, parameters);
      known.put(name, found);
    }
    return found == ABSENT ? null : (Method) found;
  }

  private static Object find(Class<?> type, String name, Class<?>... parameters) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      try {
        Method method = at.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
      } catch (NoSuchMethodException goOn) {
        // an ancestor may have it
      }
    }
    return ABSENT;
  }

  /** Returns a field that the class itself declares, or null. */
  public static @Nullable Field field(Class<?> type, String name) {
    Map<String, Object> known = members.get(type);
    Object found = known.get("." + name);
    if (found == null) {
      try {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        found = field;
      } catch (NoSuchFieldException none) {
        found = ABSENT;
      }
      known.put("." + name, found);
    }
    return found == ABSENT ? null : (Field) found;
  }
}
