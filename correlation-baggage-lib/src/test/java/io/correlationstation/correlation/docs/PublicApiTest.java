// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.correlation.Correlation;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API is what {@code api/public-api.txt} lists, so that a change of it is seen in
 * review. After a change on purpose: run this test with {@code -Dapi.update=true} and commit the
 * file.
 */
class PublicApiTest {

  private static final Path LISTING = Path.of("api", "public-api.txt");
  private static final String NOT_FOR_APPLICATIONS = "io.correlationstation.correlation.telemetry.";

  @Test
  void api_isWhatTheListingSays() throws Exception {
    List<String> api = new ArrayList<>();
    for (Class<?> type : publicTypes()) {
      api.addAll(describe(type));
    }
    if (Boolean.getBoolean("api.update")) {
      Files.write(LISTING, api);
    }

    assertThat(api)
        .as("public API against " + LISTING + "; -Dapi.update=true writes it anew")
        .isEqualTo(Files.readAllLines(LISTING));
  }

  private static List<Class<?>> publicTypes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes =
        Path.of(Correlation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> types = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
        String name = classes.relativize(file).toString().replace('/', '.').replace(".class", "");
        if (name.endsWith("package-info") || name.startsWith(NOT_FOR_APPLICATIONS)) {
          continue;
        }
        Class<?> type = Class.forName(name, false, PublicApiTest.class.getClassLoader());
        if (isPublic(type)) {
          types.add(type);
        }
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    Class<?> around = type.getEnclosingClass();
    return Modifier.isPublic(type.getModifiers())
        && !type.isAnonymousClass()
        && (around == null || isPublic(around));
  }

  private static List<String> describe(Class<?> type) {
    List<String> members = new ArrayList<>();
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      add(members, constructor, constructor.toGenericString());
    }
    for (Field field : type.getDeclaredFields()) {
      add(members, field, field.toGenericString());
    }
    for (Method method : type.getDeclaredMethods()) {
      if (!method.isBridge()) {
        add(members, method, method.toGenericString().replace("synchronized ", ""));
      }
    }
    members.sort(null);
    List<String> described = new ArrayList<>();
    described.add(type.toGenericString() + parents(type));
    described.addAll(members);
    return described;
  }

  private static String parents(Class<?> type) {
    StringBuilder parents = new StringBuilder();
    if (type.getGenericSuperclass() != null && type.getSuperclass() != Object.class) {
      parents.append(" extends ").append(type.getGenericSuperclass().getTypeName());
    }
    for (Type implemented : type.getGenericInterfaces()) {
      parents.append(" implements ").append(implemented.getTypeName());
    }
    return parents.toString();
  }

  private static void add(List<String> members, Member member, String text) {
    boolean visible =
        Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers());
    if (visible && !member.isSynthetic()) {
      members.add("  " + text);
    }
  }
}
