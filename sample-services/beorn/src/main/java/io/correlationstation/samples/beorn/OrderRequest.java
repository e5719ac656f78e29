// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.REQUEST_ID;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An order as it was asked for.
 *
 * <p>A key comes from its header; without one from the JSON body; without either from the baggage
 * of the request. Where header and body disagree, the header wins.
 *
 * @param keys what correlates the order: at least {@code circuit_id} and {@code request_id}
 * @param serviceType one of the service types, such as {@code FIA}
 * @param topologyId topology to build, such as {@code 000001}; a name, not a number
 */
record OrderRequest(Correlation keys, String circuitId, String serviceType, String topologyId) {

  private static final Logger logger = LoggerFactory.getLogger(OrderRequest.class);
  private static final Set<String> SERVICE_TYPES =
      Set.of("FIA", "DIA", "ELINE", "ELAN", "VOICE", "VIDEO", "OTHER");
  private static final Pattern TOPOLOGY_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final ObjectMapper json =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Throws a 400 {@link Problem} that names what is wrong with the order.
   *
   * @param header returns the value of a header, or null
   */
  static OrderRequest parse(UnaryOperator<@Nullable String> header, String body) {
    JsonNode document = document(body);
    Correlation keys = Correlation.current();
    for (CorrelationKey key : CorrelationKey.DEFAULTS) {
      String value = value(key, header.apply(key.header()), text(document, key.name()));
      if (value != null) {
        keys = with(keys, key, value);
      }
    }
    String circuitId = CircuitId.require(keys.get(CIRCUIT_ID));
    if (keys.get(REQUEST_ID) == null) {
      keys = keys.with(REQUEST_ID, UUID.randomUUID().toString());
    }
    return new OrderRequest(keys, circuitId, serviceType(document), topologyId(document));
  }

  private static @Nullable String value(
      CorrelationKey key, @Nullable String header, @Nullable String body) {
    if (header == null || header.isBlank()) {
      return body;
    }
    if (body != null && !body.equals(header)) {
      logger.warn("{} is {} in the header and {} in the body: the header wins", key, header, body);
    }
    return header;
  }

  private static Correlation with(Correlation keys, CorrelationKey key, String value) {
    try {
      return keys.with(key, value);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private static JsonNode document(String body) {
    JsonNode document;
    try {
      document = json.readTree(body);
    } catch (JsonProcessingException e) {
      throw new Problem(400, "the body is not JSON", e);
    }
    if (!document.isObject()) {
      throw new Problem(400, "the body is not a JSON object");
    }
    return document;
  }

  private static @Nullable String text(JsonNode document, String name) {
    JsonNode value = document.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw new Problem(400, name + " is not a string");
    }
    return value.textValue();
  }

  private static String serviceType(JsonNode document) {
    String type = text(document, "service_type");
    if (type == null || !SERVICE_TYPES.contains(type)) {
      throw new Problem(
          400, "service_type is not one of " + SERVICE_TYPES.stream().sorted().toList());
    }
    return type;
  }

  private static String topologyId(JsonNode document) {
    String id = text(document, "topology_id");
    if (id == null || !TOPOLOGY_ID.matcher(id).matches()) {
      throw new Problem(400, "topology_id is missing or not a name of at most 64 characters");
    }
    return id;
  }
}
