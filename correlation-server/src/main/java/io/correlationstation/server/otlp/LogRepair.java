// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.HexFormat;

/**
 * What a log record lacks: usable ids, a time. Collects the record's own fields while the sieve
 * passes over them, then writes the record again if need be.
 */
final class LogRepair {

  private static final int TIME = 1;
  private static final int ATTRIBUTES = 6;
  private static final int TRACE_ID = 9;
  private static final int OBSERVED_TIME = 11;

  /** Fields that {@link #field} wants to see. */
  static final int[] FIELDS = {TIME, TRACE_ID, 10, OBSERVED_TIME};

  private final byte[] payload;
  private boolean timed;
  private boolean badId;
  private boolean stamped;

  LogRepair(byte[] payload) {
    this.payload = payload;
  }

  void start() {
    timed = false;
    badId = false;
  }

  void field(Shape.Field field, Wire wire) {
    if (wire.type() == Wire.FIXED64) {
      timed |= wire.number() != 0;
    } else {
      badId |= isBad(field, wire);
    }
  }

  boolean needed() {
    return badId || !timed;
  }

  /** Whether any record got the time of receipt. */
  boolean stamped() {
    return stamped;
  }

  /** The whole field that holds the record now at {@code at}, written anew. */
  byte[] repaired(Wire at, long receivedNanos) {
    WireWriter out = new WireWriter(at.length() + 128);
    int record = out.begin(at.field());
    Wire fields = new Wire(payload).over(at.start(), at.end());
    while (fields.next()) {
      Shape.Field field = Shape.LOG_RECORD.field(fields.field());
      if (field != null && fields.type() == Wire.LEN && isBad(field, fields)) {
        keepAsAttribute(
            out,
            field.descriptor.getName(),
            HexFormat.of().formatHex(payload, fields.start(), fields.end()));
      } else if (timed || !isTime(fields)) {
        out.raw(payload, fields.fieldStart(), fields.end());
      }
    }
    if (!timed) {
      stamped = true;
      out.fixed64Field(OBSERVED_TIME, receivedNanos);
    }
    out.end(record);
    return out.toByteArray();
  }

  private static boolean isBad(Shape.Field field, Wire wire) {
    return field.idBytes > 0 && wire.length() != 0 && wire.length() != field.idBytes;
  }

  private static boolean isTime(Wire fields) {
    return fields.is(TIME, Wire.FIXED64) || fields.is(OBSERVED_TIME, Wire.FIXED64);
  }

  /** Adds an attribute with the id as it was sent to the log record being written. */
  static void keepAsAttribute(WireWriter out, String key, String text) {
    int attribute = out.begin(ATTRIBUTES);
    out.stringField(AnyValues.KEY_VALUE_KEY, key);
    int value = out.begin(AnyValues.KEY_VALUE_VALUE);
    out.stringField(AnyValues.STRING, text);
    out.end(value);
    out.end(attribute);
  }
}
