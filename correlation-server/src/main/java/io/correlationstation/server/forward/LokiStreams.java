// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.otlp.AttributeNames;
import io.correlationstation.server.otlp.LogView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which stream a record belongs to: its labels are {@code service}, {@code env} and at most
 * four more. What a Loki client pushed as labels are its resource's attributes; they stay labels up
 * to six in all, and an id never is one.
 *
 * <p>Remembers resources by their bytes, since there are few and many records of each. Not
 * thread-safe.
 */
final class LokiStreams {

  private static final String SERVICE = "service";
  private static final String ENV = "env";
  private static final String SERVICE_NAME = "service.name";
  private static final List<String> ENVIRONMENT_ATTRIBUTES =
      List.of("deployment.environment.name", "deployment.environment", ENV);
  private static final int MAX_LABELS = 6;
  private static final int MAX_CACHED_STREAMS = 1000;

  /**
   * @param selector labels as text
   * @param rest attributes of the resource that are no labels
   */
  record Stream(String selector, List<LokiMetadata.Known> rest) {

    static Stream of(String selector, Map<String, String> rest) {
      List<LokiMetadata.Known> attributes = new ArrayList<>(rest.size());
      rest.forEach(
          (name, value) ->
              attributes.add(new LokiMetadata.Known(name.getBytes(UTF_8), value.getBytes(UTF_8))));
      return new Stream(selector, attributes);
    }
  }

  private final LokiOptions options;
  private final Map<Map<String, String>, String> selectors = new HashMap<>();
  private final Map<ByteBuffer, Stream> received = new HashMap<>();
  private final Map<ByteBuffer, Stream> pushed = new HashMap<>();
  private byte @Nullable [] lastResource;
  private Stream lastStream = new Stream("{}", List.of());

  LokiStreams(LokiOptions options) {
    this.options = options;
  }

  /** The names of a record's attributes that make labels. */
  AttributeNames labelNames() {
    Set<String> names = new LinkedHashSet<>(ENVIRONMENT_ATTRIBUTES);
    names.addAll(options.extraLabels());
    return AttributeNames.of(List.copyOf(names));
  }

  /**
   * The stream of a record that has none of the {@link #labelNames} itself.
   *
   * @param pushed whether a Loki client sent the record
   */
  Stream of(LogView log, boolean pushed) {
    byte[] resource = log.resourceBytes();
    if (resource != lastResource) {
      lastStream = known(log, pushed ? this.pushed : received, pushed);
      lastResource = resource;
    }
    return lastStream;
  }

  private Stream known(LogView log, Map<ByteBuffer, Stream> streams, boolean pushed) {
    ByteBuffer resource = ByteBuffer.wrap(log.resourceBytes());
    Stream stream = streams.get(resource);
    if (stream == null) {
      stream = make(log.service(), log.resourceAttributes(), new HashMap<>(), pushed);
      if (streams.size() >= MAX_CACHED_STREAMS) {
        streams.clear();
      }
      streams.put(resource, stream);
    }
    return stream;
  }

  /**
   * The stream of a record that has some.
   *
   * @param attributes of the record; those that become labels are taken out
   */
  Stream of(LogView log, Map<String, String> attributes, boolean pushed) {
    return make(log.service(), log.resourceAttributes(), attributes, pushed);
  }

  private Stream make(
      String service,
      Map<String, String> resource,
      Map<String, String> attributes,
      boolean pushed) {
    Map<String, String> rest = new LinkedHashMap<>(resource);
    rest.remove(SERVICE_NAME);
    Map<String, String> labels = new TreeMap<>();
    labels.put(SERVICE, LokiNames.labelValue(service));
    labels.put(ENV, options.environment());
    for (String name : ENVIRONMENT_ATTRIBUTES) {
      String value = take(name, attributes, rest);
      if (value != null) {
        labels.put(ENV, LokiNames.labelValue(value));
        break;
      }
    }
    for (String name : options.extraLabels()) {
      String label = LokiNames.label(name);
      String value = labels.containsKey(label) ? null : take(name, attributes, rest);
      if (value != null) {
        labels.put(label, LokiNames.labelValue(value));
      }
    }
    if (pushed) {
      keepPushed(labels, rest);
    }
    if (selectors.size() > MAX_CACHED_STREAMS) {
      selectors.clear();
    }
    return Stream.of(selectors.computeIfAbsent(labels, LokiNames::selector), rest);
  }

  /** The record's value, else the resource's, else null; gone from where it was found. */
  private static @Nullable String take(
      String name, Map<String, String> attributes, Map<String, String> rest) {
    String own = attributes.remove(name);
    String value = own == null || own.isEmpty() ? rest.get(name) : own;
    if (value == null || value.isEmpty()) {
      return null;
    }
    rest.remove(name);
    return value;
  }

  private static void keepPushed(Map<String, String> labels, Map<String, String> rest) {
    rest.remove(SERVICE, labels.get(SERVICE));
    for (String pushed : List.copyOf(rest.keySet())) {
      String name = LokiNames.label(pushed);
      if (!labels.containsKey(name) && !LokiOptions.isId(name) && labels.size() < MAX_LABELS) {
        labels.put(name, LokiNames.labelValue(String.valueOf(rest.remove(pushed))));
      }
    }
  }
}
