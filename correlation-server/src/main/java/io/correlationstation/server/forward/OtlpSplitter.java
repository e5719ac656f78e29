// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.correlationstation.server.forward.OtlpBatch.Part;
import io.correlationstation.server.journal.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an export request in two by slicing its bytes: nothing is decoded, so unknown fields,
 * duplicate keys and bytes that are not UTF-8 stay as they are.
 *
 * <p>The three signals share one shape on the wire, in which all message fields have number 1 or 2:
 *
 * <pre>
 *   request          { 1: resource group * }
 *   resource group   { 1: resource, 2: scope group *, 3: schema url }
 *   scope group      { 1: scope,    2: item *,        3: schema url }
 *   metric           { 5, 7, 9, 10 or 11: { 1: data point * } }
 * </pre>
 *
 * <p>Both halves get the envelopes (everything in a group that is not a member of it) of the groups
 * of which they hold items. A metric is the smallest piece although its data points are what is
 * counted.
 */
final class OtlpSplitter {

  private static final int GROUP = 1;
  private static final int MEMBER = 2;

  private OtlpSplitter() {}

  /** Two parts in order, or an empty list when the request has one item or cannot be read. */
  static List<Part> halves(Signal signal, Part whole) {
    try {
      Request request = Request.read(whole.payload());
      int pieces = request.pieces();
      if (pieces < 2) {
        return List.of();
      }
      Writer left = new Writer(whole.payload());
      Writer right = new Writer(whole.payload());
      request.deal(pieces / 2, left, right);
      return count(signal, whole, left.toBytes(), right.toBytes());
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The halves' counts add up to that of the whole, whoever counted it. */
  private static List<Part> count(Signal signal, Part whole, byte[] left, byte[] right)
      throws IOException {
    int counted = signal == Signal.METRICS ? points(left) : Request.read(left).pieces();
    int leftItems = Math.min(counted, whole.items());
    return List.of(new Part(left, leftItems), new Part(right, whole.items() - leftItems));
  }

  private static int points(byte[] payload) throws IOException {
    int points = 0;
    for (ResourceGroup resource : Request.read(payload).resources) {
      for (ScopeGroup scope : resource.scopes) {
        for (Slice metric : scope.items) {
          points += metric.pointsOfMetric(payload);
        }
      }
    }
    return points;
  }

  /**
   * A field with its tag, {@code from} inclusive, {@code to} exclusive; the value starts at {@code
   * value}.
   */
  private record Slice(int number, int from, int value, int to) {

    int pointsOfMetric(byte[] payload) throws IOException {
      int points = 0;
      for (Slice field : fields(payload, value, to)) {
        switch (field.number()) {
          case 5, 7, 9, 10, 11 -> {
            for (Slice member : fields(payload, field.value(), field.to())) {
              points += member.number() == 1 ? 1 : 0;
            }
          }
          default -> {
            // name, unit, metadata
          }
        }
      }
      return points;
    }
  }

  private static List<Slice> fields(byte[] payload, int from, int to) throws IOException {
    List<Slice> fields = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(payload, from, to - from);
    while (!in.isAtEnd()) {
      int start = from + in.getTotalBytesRead();
      int tag = in.readTag();
      int number = WireFormat.getTagFieldNumber(tag);
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int length = in.readRawVarint32();
        int value = from + in.getTotalBytesRead();
        in.skipRawBytes(length);
        fields.add(new Slice(number, start, value, value + length));
      } else {
        in.skipField(tag);
        // not a message: the number is of no use, and 0 belongs to the envelope
        fields.add(new Slice(0, start, start, from + in.getTotalBytesRead()));
      }
    }
    return fields;
  }

  private record ScopeGroup(List<Slice> envelope, List<Slice> items) {

    static ScopeGroup read(byte[] payload, Slice group) throws IOException {
      ScopeGroup scope = new ScopeGroup(new ArrayList<>(), new ArrayList<>());
      for (Slice field : fields(payload, group.value(), group.to())) {
        (field.number() == MEMBER ? scope.items : scope.envelope).add(field);
      }
      return scope;
    }
  }

  private record ResourceGroup(List<Slice> envelope, List<ScopeGroup> scopes) {

    static ResourceGroup read(byte[] payload, Slice group) throws IOException {
      ResourceGroup resource = new ResourceGroup(new ArrayList<>(), new ArrayList<>());
      for (Slice field : fields(payload, group.value(), group.to())) {
        if (field.number() == MEMBER) {
          resource.scopes.add(ScopeGroup.read(payload, field));
        } else {
          resource.envelope.add(field);
        }
      }
      return resource;
    }

    int pieces() {
      return scopes.stream().mapToInt(scope -> scope.items.size()).sum();
    }
  }

  private record Request(List<Slice> envelope, List<ResourceGroup> resources) {

    static Request read(byte[] payload) throws IOException {
      Request request = new Request(new ArrayList<>(), new ArrayList<>());
      for (Slice field : fields(payload, 0, payload.length)) {
        if (field.number() == GROUP) {
          request.resources.add(ResourceGroup.read(payload, field));
        } else {
          request.envelope.add(field);
        }
      }
      return request;
    }

    int pieces() {
      return resources.stream().mapToInt(ResourceGroup::pieces).sum();
    }

    /** The first {@code n} pieces go left; what belongs to no group goes left too. */
    void deal(int n, Writer left, Writer right) {
      left.copy(envelope);
      int rest = n;
      for (ResourceGroup resource : resources) {
        int here = Math.min(rest, resource.pieces());
        left.resource(resource, 0, here);
        right.resource(resource, here, resource.pieces());
        rest -= here;
      }
    }
  }

  /** Appends groups with some of their items. */
  private static final class Writer {

    private final byte[] payload;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Writer(byte[] payload) {
      this.payload = payload;
    }

    byte[] toBytes() {
      return out.toByteArray();
    }

    void copy(List<Slice> slices) {
      for (Slice slice : slices) {
        out.write(payload, slice.from(), slice.to() - slice.from());
      }
    }

    /** The pieces {@code from} to {@code to} of the group, counted through its scopes. */
    void resource(ResourceGroup group, int from, int to) {
      if (from >= to) {
        return;
      }
      Writer body = new Writer(payload);
      body.copy(group.envelope);
      int first = 0;
      for (ScopeGroup scope : group.scopes) {
        int size = scope.items.size();
        body.scope(scope, Math.max(from - first, 0), Math.min(to - first, size));
        first += size;
      }
      message(GROUP, body);
    }

    private void scope(ScopeGroup group, int from, int to) {
      if (from >= to) {
        return;
      }
      Writer body = new Writer(payload);
      body.copy(group.envelope);
      body.copy(group.items.subList(from, to));
      message(MEMBER, body);
    }

    private void message(int number, Writer body) {
      out.write(number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
      int length = body.out.size();
      while (length >= 0x80) {
        out.write(length & 0x7f | 0x80);
        length >>>= 7;
      }
      out.write(length);
      out.writeBytes(body.toBytes());
    }
  }
}
