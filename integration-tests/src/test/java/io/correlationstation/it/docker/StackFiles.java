// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of {@code docker/} and the sources that they have to agree with. */
final class StackFiles {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern STRING_LITERAL = Pattern.compile("\"([^\"\\\\\\n]*)\"");

  private static final Path ROOT = root();

  private StackFiles() {}

  private static Path root() {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      if (Files.exists(dir.resolve("docker/compose.yaml"))) {
        return dir;
      }
    }
    throw new IllegalStateException("no docker/compose.yaml above the working directory");
  }

  static Path path(String relative) {
    return ROOT.resolve(relative).normalize();
  }

  static String text(String relative) {
    try {
      return Files.readString(path(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With anchors and merge keys resolved; a key given twice is an error. */
  static JsonNode yaml(String relative) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    Object tree = new Yaml(new SafeConstructor(options)).load(text(relative));
    return JSON.valueToTree(tree);
  }

  static JsonNode json(String relative) {
    try {
      return JSON.readTree(text(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asText()));
    return texts;
  }

  static Map<String, JsonNode> fields(JsonNode object) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }

  static List<String> matches(String regex, String text) {
    List<String> found = new ArrayList<>();
    for (Matcher matcher = Pattern.compile(regex).matcher(text); matcher.find(); ) {
      found.add(matcher.group(matcher.groupCount() == 0 ? 0 : 1));
    }
    return found;
  }

  /** Every string literal in the main sources of a module. */
  static Set<String> literals(String module) {
    Set<String> literals = new TreeSet<>();
    try (Stream<Path> files = Files.walk(path(module + "/src/main/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        literals.addAll(matches(STRING_LITERAL.pattern(), Files.readString(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return literals;
  }
}
