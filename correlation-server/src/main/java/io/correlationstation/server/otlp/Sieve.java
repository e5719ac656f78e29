// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import io.correlationstation.server.otlp.OtlpSieve.Sieved;
import io.correlationstation.server.otlp.Shape.Role;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One run of the {@link OtlpSieve} over one request. */
final class Sieve {

  /** Levels below an attribute's parent: the attribute itself and its value. */
  private static final int DEPTH_OF_VALUE = 2;

  private static final byte KEY_TAG = AnyValues.KEY_VALUE_KEY << 3 | Wire.LEN;
  private static final byte VALUE_TAG = AnyValues.KEY_VALUE_VALUE << 3 | Wire.LEN;
  private static final byte STRING_TAG = AnyValues.STRING << 3 | Wire.LEN;
  private static final byte BOOL_TAG = AnyValues.BOOL << 3 | Wire.VARINT;
  private static final byte INT_TAG = AnyValues.INT << 3 | Wire.VARINT;

  private final byte[] payload;
  private final long receivedNanos;
  private final Faults faults = new Faults();
  private final Edits edits = new Edits();
  private final LogRepair logs;
  private Wire[] wires = new Wire[16];
  private int items;

  // what the current item's own fields said
  private boolean traceIdUsable;
  private boolean spanIdUsable;

  Sieve(byte[] payload, long receivedNanos) {
    this.payload = payload;
    this.receivedNanos = receivedNanos;
    this.logs = new LogRepair(payload);
  }

  Sieved request(Shape shape) throws MalformedOtlpException {
    container(shape, 0, payload.length, 0);
    byte[] kept = edits.isEmpty() ? payload : edits.apply(shape, payload);
    return new Sieved(kept, items, faults.rejected(), logs.stamped());
  }

  /** False when the container cannot be kept; its items are then counted as rejected. */
  private boolean container(Shape shape, int start, int end, int depth)
      throws MalformedOtlpException {
    int itemsBefore = items;
    int editsBefore = edits.size();
    int member = 0;
    Fault fault = null;
    Wire wire = wire(depth).over(start, end);
    while (wire.next()) {
      Shape.Field field = shape.field(wire.field());
      if (field == null || !fits(field, wire)) {
        continue;
      }
      if (field.oneof >= 0) {
        fault = member != 0 && member != field.number ? Fault.twoValues("it") : fault;
        member = field.number;
      }
      Fault found = containerField(field, wire, depth);
      fault = fault == null ? found : fault;
    }
    if (wire.broken()) {
      throw new MalformedOtlpException(shape.name + " is not a protobuf message");
    }
    if (fault != null) {
      faults.add(fault.in(shape.name), items - itemsBefore);
      items = itemsBefore;
      edits.truncate(editsBefore);
    }
    return fault == null;
  }

  /** Null, or what is wrong with a part of the container. */
  private @Nullable Fault containerField(Shape.Field field, Wire wire, int depth)
      throws MalformedOtlpException {
    Shape message = field.message;
    if (message == null || message.role == Role.PART) {
      return value(field, wire, depth);
    }
    if (message.role == Role.ITEM) {
      item(message, wire, depth + 1);
    } else if (!container(message, wire.start(), wire.end(), depth + 1)) {
      edits.cut(wire.fieldStart(), wire.end());
    }
    return null;
  }

  private void item(Shape shape, Wire at, int depth) {
    traceIdUsable = false;
    spanIdUsable = false;
    logs.start();
    Fault fault = message(shape, at.start(), at.end(), depth);
    if (fault == null && shape == Shape.SPAN && !(traceIdUsable && spanIdUsable)) {
      fault = Fault.id((traceIdUsable ? "span_id" : "trace_id") + " is missing or zero");
    }
    if (fault != null) {
      faults.add(fault.in(shape.name), 1);
      edits.cut(at.fieldStart(), at.end());
      return;
    }
    items++;
    if (shape == Shape.LOG_RECORD && logs.needed()) {
      edits.replace(at.fieldStart(), at.end(), logs.repaired(at, receivedNanos));
    }
  }

  /** Null, or why the message cannot be kept. */
  private @Nullable Fault message(Shape shape, int start, int end, int depth) {
    if (depth > JsonMessages.MAX_DEPTH) {
      return Fault.depth(JsonMessages.MAX_DEPTH);
    }
    int member = 0;
    Wire wire = wire(depth).over(start, end);
    while (wire.next()) {
      Shape.Field field = shape.field(wire.field());
      if (field == null || !fits(field, wire)) {
        continue;
      }
      if (field.oneof >= 0) {
        if (member != 0 && member != field.number) {
          return Fault.twoValues(shape.name);
        }
        member = field.number;
      }
      Fault fault = field.ofItem ? itemField(shape, field, wire) : value(field, wire, depth);
      if (fault != null) {
        return fault;
      }
    }
    return wire.broken() ? Fault.bytes(shape.name) : null;
  }

  private @Nullable Fault itemField(Shape shape, Shape.Field field, Wire wire) {
    if (shape == Shape.LOG_RECORD) {
      logs.field(field, wire);
      return null;
    }
    Fault fault = id(field, wire);
    if (fault == null && field.number == 1) {
      traceIdUsable = nonZero(wire);
    } else if (fault == null && field.number == 2) {
      spanIdUsable = nonZero(wire);
    }
    return fault;
  }

  private @Nullable Fault value(Shape.Field field, Wire wire, int depth) {
    if (field.message == Shape.KEY_VALUE
        && depth + DEPTH_OF_VALUE <= JsonMessages.MAX_DEPTH
        && isCommonAttribute(wire.start(), wire.end())) {
      return null;
    }
    if (field.message != null) {
      return message(field.message, wire.start(), wire.end(), depth + 1);
    }
    if (wire.type() != Wire.LEN) {
      return null;
    }
    return switch (field.type) {
      case STRING ->
          Utf8.isValid(payload, wire.start(), wire.end())
              ? null
              : Fault.utf8(field.descriptor.getName());
      case BYTES -> field.idBytes > 0 ? id(field, wire) : null;
      default -> packed(field, wire, depth + 1);
    };
  }

  /**
   * Whether the bytes are an attribute as nearly all are: the key, then one plain value, lengths
   * below 128, nothing but ASCII. Such an attribute has no fault, and most of a request's bytes are
   * in them; everything else is read field by field.
   */
  private boolean isCommonAttribute(int start, int end) {
    if (end - start < 4 || payload[start] != KEY_TAG || payload[start + 1] < 0) {
      return false;
    }
    int value = start + 2 + payload[start + 1];
    if (end - value < 4 || payload[value] != VALUE_TAG || payload[value + 1] != end - value - 2) {
      return false;
    }
    return switch (payload[value + 2]) {
      case STRING_TAG -> payload[value + 3] == end - value - 4 && Utf8.isAscii(payload, start, end);
      case BOOL_TAG, INT_TAG -> endsVarint(value + 3, end) && Utf8.isAscii(payload, start, value);
      default -> false;
    };
  }

  /** Whether one varint of at most ten bytes fills the range. */
  private boolean endsVarint(int start, int end) {
    for (int at = start; at < end - 1; at++) {
      if (payload[at] >= 0) {
        return false;
      }
    }
    return end > start && end - start <= 10 && payload[end - 1] >= 0;
  }

  private static @Nullable Fault id(Shape.Field field, Wire wire) {
    int length = wire.length();
    return length == 0 || length == field.idBytes
        ? null
        : Fault.id(field.descriptor.getName() + " has " + length + " bytes");
  }

  private boolean nonZero(Wire wire) {
    for (int i = wire.start(); i < wire.end(); i++) {
      if (payload[i] != 0) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Fault packed(Shape.Field field, Wire wire, int depth) {
    boolean whole =
        switch (field.wireType) {
          case Wire.FIXED64 -> wire.length() % 8 == 0;
          case Wire.FIXED32 -> wire.length() % 4 == 0;
          default -> wire(depth).isPackedVarints(wire.start(), wire.end());
        };
    return whole ? null : Fault.bytes(field.descriptor.getName());
  }

  /** A known field with another wire type is an unknown field. */
  private static boolean fits(Shape.Field field, Wire wire) {
    return wire.type() == field.wireType
        || (wire.type() == Wire.LEN && field.descriptor.isPackable());
  }

  /** One cursor per level, as a message is read while its parents are. */
  private Wire wire(int depth) {
    if (depth >= wires.length) {
      wires = Arrays.copyOf(wires, depth * 2);
    }
    Wire wire = wires[depth];
    if (wire == null) {
      wire = new Wire(payload);
      wires[depth] = wire;
    }
    return wire;
  }
}
