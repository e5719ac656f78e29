// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.annotation;

import static net.bytebuddy.matcher.ElementMatchers.hasParameters;
import static net.bytebuddy.matcher.ElementMatchers.isAnnotatedWith;
import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.whereAny;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.settings.Names;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.annotation.AnnotationValue;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.method.ParameterDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Reads annotations, once per method, when its class is woven. */
final class AnnotatedMethods {

  private static final String PACKAGE = "io.correlationstation.correlation.annotation.";

  /** Is in the class path of every application that uses the annotations. */
  static final String CORRELATED = PACKAGE + "Correlated";

  private static final Map<String, String> KEYS = keys();

  private AnnotatedMethods() {}

  private static Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put(PACKAGE + "CircuitId", "circuit_id");
    keys.put(PACKAGE + "ProductId", "product_id");
    keys.put(PACKAGE + "ResourceId", "resource_id");
    keys.put(PACKAGE + "ResourceTypeId", "resource_type_id");
    keys.put(PACKAGE + "RequestId", "request_id");
    return Collections.unmodifiableMap(keys);
  }

  /** Methods that are annotated, or of which a parameter is. */
  static ElementMatcher.Junction<MethodDescription> annotated() {
    String[] ofParameters = KEYS.keySet().toArray(new String[0]);
    return isMethod()
        .and(
            isAnnotatedWith(named(CORRELATED))
                .or(hasParameters(whereAny(isAnnotatedWith(namedOneOf(ofParameters))))));
  }

  /**
   * What a method says, as text: {@code circuit_id=0;product_id=2;resource_id=return}, with the
   * index of the parameter behind each key.
   */
  static String spec(MethodDescription method) {
    StringBuilder spec = new StringBuilder();
    AnnotationDescription correlated = correlated(method);
    for (ParameterDescription parameter : method.getParameters()) {
      String key = key(parameter, correlated != null);
      if (key != null) {
        spec.append(key).append('=').append(parameter.getIndex()).append(';');
      }
    }
    String returns = correlated == null ? "" : returns(correlated);
    if (!returns.isEmpty()) {
      spec.append(returns).append("=return;");
    }
    return spec.toString();
  }

  private static @Nullable AnnotationDescription correlated(MethodDescription method) {
    for (AnnotationDescription annotation : method.getDeclaredAnnotations()) {
      if (annotation.getAnnotationType().getName().equals(CORRELATED)) {
        return annotation;
      }
    }
    return null;
  }

  private static String returns(AnnotationDescription correlated) {
    AnnotationValue<?, ?> value = correlated.getValue("returns");
    Object key = value.resolve();
    return key instanceof String ? (String) key : "";
  }

  private static @Nullable String key(ParameterDescription parameter, boolean byName) {
    for (AnnotationDescription annotation : parameter.getDeclaredAnnotations()) {
      String key = KEYS.get(annotation.getAnnotationType().getName());
      if (key != null) {
        return key;
      }
    }
    return byName && parameter.isNamed() ? keySpelled(parameter.getName()) : null;
  }

  private static @Nullable String keySpelled(String parameter) {
    for (int i = 0; i < Carrier.current().keys().size(); i++) {
      String key = Carrier.current().keys().get(i).name();
      if (Names.loose(key).equals(Names.loose(parameter))) {
        return key;
      }
    }
    return null;
  }
}
