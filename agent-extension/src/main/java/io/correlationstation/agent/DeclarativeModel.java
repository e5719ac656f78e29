// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of the agent's declarative configuration, touched by reflection only: its classes renamed
 * their methods between releases ({@code withX} became {@code setX}, additional properties became
 * extension properties), and a call that does not link would end the whole agent.
 */
final class DeclarativeModel {

  private final Object node;

  DeclarativeModel(Object node) {
    this.node = node;
  }

  /** Returns a child node, or null when the file does not have it. */
  @Nullable DeclarativeModel child(String name) throws ReflectiveOperationException {
    Object child = get(name);
    return child == null ? null : new DeclarativeModel(child);
  }

  /** Returns the value of a member, such as {@code CompositeList}, or null. */
  @Nullable Object get(String name) throws ReflectiveOperationException {
    return node.getClass().getMethod("get" + name).invoke(node);
  }

  void set(String name, Object value) throws ReflectiveOperationException {
    methodNamed("set" + name, "with" + name, 1).invoke(node, value);
  }

  /** Returns what stands in the file beside the members that the schema knows. */
  Map<?, ?> extensions() throws ReflectiveOperationException {
    Object extensions =
        methodNamed("getExtensionProperties", "getAdditionalProperties", 0).invoke(node);
    return extensions instanceof Map ? (Map<?, ?>) extensions : Collections.emptyMap();
  }

  /** Returns the elements of a list, empty when the file does not have it. */
  List<DeclarativeModel> list(String name) throws ReflectiveOperationException {
    List<DeclarativeModel> elements = new ArrayList<>();
    Object list = get(name);
    if (list instanceof List) {
      for (Object element : (List<?>) list) {
        elements.add(new DeclarativeModel(element));
      }
    }
    return elements;
  }

  /** Adds a component of a name without settings to a list of components. */
  void addComponent(String list, int index, String type, String name)
      throws ReflectiveOperationException {
    DeclarativeModel component =
        new DeclarativeModel(
            Class.forName(node.getClass().getPackage().getName() + "." + type)
                .getConstructor()
                .newInstance());
    component.setExtension(name);
    List<Object> elements = new ArrayList<>();
    for (DeclarativeModel element : list(list)) {
      elements.add(element.node);
    }
    elements.add(index < 0 ? elements.size() : index, component.node);
    set(list, elements);
  }

  private void setExtension(String name) throws ReflectiveOperationException {
    Method setter = methodNamed("setExtensionProperty", "withAdditionalProperty", 2);
    Class<?> type = setter.getParameterTypes()[1];
    Object empty =
        type == Object.class ? Collections.emptyMap() : type.getConstructor().newInstance();
    setter.invoke(node, name, empty);
  }

  private Method methodNamed(String name, String orName, int parameters)
      throws NoSuchMethodException {
    for (Method method : node.getClass().getMethods()) {
      if (method.getParameterCount() == parameters
          && (method.getName().equals(name) || method.getName().equals(orName))) {
        return method;
      }
    }
    throw new NoSuchMethodException(node.getClass().getName() + "." + name);
  }
}
