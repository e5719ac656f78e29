// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What traces and logs have in common on the wire: requests of resources of scopes of items, all
 * with the same field numbers. Subclasses read the items.
 *
 * <p>A scan never throws on bytes of any kind: it stops inside a container that is broken and goes
 * on after it, and it leaves out an item that is broken itself.
 */
abstract class ResourceScan {

  static final String UNKNOWN_SERVICE = "unknown_service";

  private static final int RESOURCE = 1;
  private static final int SCOPES = 2;
  private static final int ITEMS = 2;
  private static final int RESOURCE_ATTRIBUTES = 1;

  final byte[] payload;
  final Attributes resource;

  /** Those of the current item. */
  final Attributes attributes;

  private final Wire requests;
  private final Wire containers;
  private final Wire items;
  private int requestStart = -1;
  private int requestEnd = -1;
  private byte @Nullable [] resourceBytes;
  private @Nullable String service;
  private @Nullable Map<String, String> resourceAttributes;

  ResourceScan(byte[] payload, AttributeNames names) {
    this.payload = payload;
    this.resource = new Attributes(payload, names);
    this.attributes = new Attributes(payload, names);
    this.requests = new Wire(payload);
    this.containers = new Wire(payload);
    this.items = new Wire(payload);
  }

  /** Reads one item; false when its bytes are broken and it was left out. */
  abstract boolean item(int start, int end);

  /** Gives every item to {@link #item} and returns how many were read. */
  final int run() {
    int count = 0;
    requests.over(0, payload.length);
    while (requests.next()) {
      if (requests.is(1, Wire.LEN)) {
        readResource(requests.start(), requests.end());
        count += scopes(requests.start(), requests.end());
      }
    }
    return count;
  }

  /** Reads the resource of one part of the request. */
  final void readResource(int start, int end) {
    requestStart = start;
    requestEnd = end;
    resource.clear();
    service = null;
    resourceAttributes = null;
    resourceBytes = null;
    containers.over(start, end);
    while (containers.next()) {
      if (containers.is(RESOURCE, Wire.LEN)) {
        items.over(containers.start(), containers.end());
        while (items.next()) {
          if (items.is(RESOURCE_ATTRIBUTES, Wire.LEN)) {
            resource.add(items.start(), items.end());
          }
        }
      }
    }
  }

  private int scopes(int start, int end) {
    int count = 0;
    containers.over(start, end);
    while (containers.next()) {
      if (containers.is(SCOPES, Wire.LEN)) {
        items.over(containers.start(), containers.end());
        while (items.next()) {
          if (items.is(ITEMS, Wire.LEN) && item(items.start(), items.end())) {
            count++;
          }
        }
      }
    }
    return count;
  }

  final int requestStart() {
    return requestStart;
  }

  final int requestEnd() {
    return requestEnd;
  }

  /** {@code service.name} of the current resource, decoded once for all of its items. */
  public final String service() {
    if (service == null) {
      String name = resource.text("service.name");
      service = name == null || name.isEmpty() ? UNKNOWN_SERVICE : name;
    }
    return service;
  }

  /** All attributes of the current resource as text, decoded once for all of its items. */
  public final Map<String, String> resourceAttributes() {
    if (resourceAttributes == null) {
      Map<String, String> all = new LinkedHashMap<>();
      resource.copyTo(all);
      resourceAttributes = Collections.unmodifiableMap(all);
    }
    return resourceAttributes;
  }

  /**
   * The current resource on the wire, copied once for all of its items; empty when there is none.
   * What came in pieces is put together, as protobuf merges messages.
   */
  public final byte[] resourceBytes() {
    if (resourceBytes == null) {
      byte[] all = {};
      Wire fields = new Wire(payload).over(requestStart, requestEnd);
      while (fields.next()) {
        if (fields.is(RESOURCE, Wire.LEN)) {
          int before = all.length;
          all = Arrays.copyOf(all, before + fields.length());
          System.arraycopy(payload, fields.start(), all, before, fields.length());
        }
      }
      resourceBytes = all;
    }
    return resourceBytes;
  }

  /** The wanted names that the current item or its resource has, a bit each. */
  public final long found() {
    return attributes.found() | resource.found();
  }

  /** An attribute of the current item, or else of its resource, by its number. */
  public final @Nullable String attribute(int name) {
    long bit = 1L << name;
    if ((attributes.found() & bit) != 0) {
      return attributes.text(name);
    }
    return (resource.found() & bit) != 0 ? resource.text(name) : null;
  }

  /** The same by its name. */
  public final @Nullable String attribute(String name) {
    return attributes.has(name) ? attributes.text(name) : resource.text(name);
  }
}
