// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.correlationstation.server.stitch.ServiceEdge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The file with the calls a person knows.
 *
 * <pre>
 *   edges:
 *     - {caller: beorn, callee: palantir}
 * </pre>
 */
final class TopologyFile {

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private static final String EDGES = "edges";
  private static final String CALLER = "caller";
  private static final String CALLEE = "callee";

  private final Path file;

  private TopologyFile(Path file) {
    this.file = file;
  }

  /**
   * Reads the edges.
   *
   * @throws SettingException when the file is unreadable or not of this form, naming the place
   */
  static List<ServiceEdge> read(Path file) {
    return new TopologyFile(file).edges();
  }

  private List<ServiceEdge> edges() {
    JsonNode document = document();
    knowsAll(document, Set.of(EDGES));
    JsonNode list = document.path(EDGES);
    if (!list.isArray()) {
      throw wrong("no list \"edges\" of {caller, callee}");
    }
    List<ServiceEdge> edges = new ArrayList<>();
    for (JsonNode edge : list) {
      String place = "edge " + (edges.size() + 1);
      knowsAll(edge, Set.of(CALLER, CALLEE));
      edges.add(new ServiceEdge(service(place, edge, CALLER), service(place, edge, CALLEE)));
    }
    return edges;
  }

  private JsonNode document() {
    try (MappingIterator<JsonNode> documents =
        MAPPER.readerFor(JsonNode.class).readValues(file.toFile())) {
      List<JsonNode> all = documents.readAll();
      if (all.size() > 1) {
        throw wrong("more than one document");
      }
      return all.isEmpty() ? MAPPER.nullNode() : all.get(0);
    } catch (JsonProcessingException e) {
      String line = e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr();
      throw new SettingException(file + line + ": " + firstLine(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new SettingException("topology can't be read: " + e.getMessage());
    }
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("not YAML");
  }

  private void knowsAll(JsonNode node, Set<String> members) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!members.contains(name)) {
                throw wrong("unknown member \"" + name + "\"");
              }
            });
  }

  private String service(String place, JsonNode edge, String member) {
    JsonNode value = edge.path(member);
    if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
      throw wrong(place + " has no " + member + ": " + edge);
    }
    return value.asText().strip();
  }

  private SettingException wrong(String what) {
    return new SettingException(file + ": " + what);
  }
}
