// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.correlationstation.server.stitch.ServiceEdge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private TopologyFile() {}

  /**
   * Reads the edges.
   *
   * @throws SettingException when the file is unreadable or not of this form, naming the place
   */
  static List<ServiceEdge> read(Path file) {
    try {
      Topology topology = MAPPER.readValue(file.toFile(), Topology.class);
      if (topology == null || topology.edges() == null) {
        throw new SettingException(file + ": no list \"edges\" of {caller, callee}");
      }
      return topology.edges().stream().map(edge -> edge(file, edge)).toList();
    } catch (JsonProcessingException e) {
      throw new SettingException(
          file + " line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new SettingException("topology can't be read: " + e.getMessage());
    }
  }

  private static ServiceEdge edge(Path file, Edge edge) {
    if (edge.caller() == null || edge.callee() == null) {
      throw new SettingException(file + ": every edge needs caller and callee");
    }
    return new ServiceEdge(edge.caller(), edge.callee());
  }

  private record Topology(@Nullable List<Edge> edges) {}

  private record Edge(@Nullable String caller, @Nullable String callee) {}
}
