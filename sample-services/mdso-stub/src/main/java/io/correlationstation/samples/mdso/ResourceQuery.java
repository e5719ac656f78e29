// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A listing of resources: which of them, and which page.
 *
 * <p>Understood: {@code exactTypeId} (before {@code resourceTypeId}), {@code productId}, {@code q}
 * (exact, several joined by comma), {@code p} (partial, {@code *} stands for anything), {@code
 * limit}, {@code offset}, {@code pageToken}. A page token is the query with the next offset;
 * parameters sent beside it win. Other parameters are ignored, as the real API does.
 */
final class ResourceQuery {

  static final int MAX_LIMIT = 1_000;

  private static final List<String> CARRIED =
      List.of("exactTypeId", "resourceTypeId", "productId", "q", "p", "limit");

  private final Map<String, String> parameters;
  private final Predicate<Resource> wanted;
  private final int offset;
  private final int limit;

  /** Throws a 400 {@link GatewayError} that names the parameter. */
  static ResourceQuery parse(Map<String, String> parameters) {
    Map<String, String> all = new LinkedHashMap<>();
    String token = parameters.get("pageToken");
    if (token != null) {
      all.putAll(decode(token));
    }
    all.putAll(parameters);
    return new ResourceQuery(all);
  }

  private ResourceQuery(Map<String, String> parameters) {
    this.parameters = parameters;
    this.offset = number("offset", 0);
    this.limit = Math.min(number("limit", MAX_LIMIT), MAX_LIMIT);
    this.wanted =
        types()
            .and(product())
            .and(all("q", ResourceQuery::exact))
            .and(all("p", ResourceQuery::partial));
  }

  long count(List<Resource> resources) {
    return resources.stream().filter(wanted).count();
  }

  /** {@code {items, total, offset, limit, nextPageToken?}}. */
  ObjectNode page(List<Resource> resources) {
    List<Resource> found = resources.stream().filter(wanted).toList();
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode items = page.putArray("items");
    found.stream().skip(offset).limit(limit).forEach(resource -> items.add(resource.toJson()));
    page.put("total", found.size()).put("offset", offset).put("limit", limit);
    if (limit > 0 && offset + limit < found.size()) {
      page.put("nextPageToken", encode(offset + limit));
    }
    return page;
  }

  private Predicate<Resource> types() {
    String types = parameters.getOrDefault("exactTypeId", parameters.get("resourceTypeId"));
    if (types == null) {
      return resource -> true;
    }
    List<String> wantedTypes = List.of(types.split(","));
    return resource -> wantedTypes.contains(resource.typeId());
  }

  private Predicate<Resource> product() {
    String product = parameters.get("productId");
    return resource -> product == null || product.equals(resource.productId());
  }

  private Predicate<Resource> all(String name, PropertyFilter filter) {
    Predicate<Resource> all = resource -> true;
    for (String term : parameters.getOrDefault(name, "").split(",")) {
      int colon = term.indexOf(':');
      if (colon > 0) {
        all = all.and(filter.of(term.substring(0, colon), term.substring(colon + 1)));
      } else if (!term.isEmpty()) {
        throw new GatewayError(400, name + " is not property:value: " + term);
      }
    }
    return all;
  }

  private static Predicate<Resource> exact(String property, String value) {
    return resource -> value.equals(text(resource.at(property)));
  }

  private static Predicate<Resource> partial(String property, String value) {
    List<String> literals = new ArrayList<>();
    for (String literal : value.split("\\*", -1)) {
      literals.add(Pattern.quote(literal));
    }
    Pattern pattern = Pattern.compile(String.join(".*", literals), Pattern.DOTALL);
    boolean whole = value.contains("*");
    return resource -> {
      String text = text(resource.at(property));
      return text != null
          && (whole ? pattern.matcher(text).matches() : pattern.matcher(text).find());
    };
  }

  private static @Nullable String text(JsonNode node) {
    return node.isValueNode() && !node.isNull() ? node.asText() : null;
  }

  private int number(String name, int fallback) {
    String value = parameters.get(name);
    if (value == null) {
      return fallback;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new GatewayError(400, name + " is not a number: " + value);
    }
    throw new GatewayError(400, name + " is negative: " + value);
  }

  private String encode(int nextOffset) {
    StringBuilder query = new StringBuilder("offset=").append(nextOffset);
    for (String name : CARRIED) {
      String value = parameters.get(name);
      if (value != null) {
        query.append('&').append(name).append('=');
        query.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
      }
    }
    byte[] bytes = query.toString().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Map<String, String> decode(String token) {
    Map<String, String> parameters = new LinkedHashMap<>();
    try {
      String query = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      for (String pair : query.split("&")) {
        String[] parts = pair.split("=", 2);
        parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
      return parameters;
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new GatewayError(400, "pageToken is not one of ours");
    }
  }

  private interface PropertyFilter {
    Predicate<Resource> of(String property, String value);
  }
}
