// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.ArrayList;
import java.util.List;

/**
 * What to change in a request: fields to cut or to replace, in the order in which they lie there.
 * Applying them writes the containers around them anew and copies everything else.
 */
final class Edits {

  private record Edit(int start, int end, byte[] replacement) {}

  private static final byte[] NOTHING = {};

  private final List<Edit> edits = new ArrayList<>(0);
  private int applied;

  /** Cuts the field in {@code [start, end)}, its tag included. */
  void cut(int start, int end) {
    edits.add(new Edit(start, end, NOTHING));
  }

  /** Puts these bytes, a whole field or none, in the field's place. */
  void replace(int start, int end, byte[] field) {
    edits.add(new Edit(start, end, field));
  }

  boolean isEmpty() {
    return edits.isEmpty();
  }

  int size() {
    return edits.size();
  }

  /** Forgets every edit after the first {@code size}. */
  void truncate(int size) {
    edits.subList(size, edits.size()).clear();
  }

  byte[] apply(Shape request, byte[] payload) {
    applied = 0;
    WireWriter out = new WireWriter(payload.length);
    copy(request, payload, 0, payload.length, out);
    return out.toByteArray();
  }

  private void copy(Shape shape, byte[] payload, int start, int end, WireWriter out) {
    Wire wire = new Wire(payload).over(start, end);
    while (wire.next()) {
      Edit edit = applied < edits.size() ? edits.get(applied) : null;
      if (edit == null || edit.start >= wire.end()) {
        out.raw(payload, wire.fieldStart(), wire.end());
      } else if (edit.start == wire.fieldStart() && edit.end == wire.end()) {
        out.raw(edit.replacement, 0, edit.replacement.length);
        applied++;
      } else {
        Shape.Field field = shape.field(wire.field());
        int begun = out.begin(wire.field());
        copy(
            field == null || field.message == null ? shape : field.message,
            payload,
            wire.start(),
            wire.end(),
            out);
        out.end(begun);
      }
    }
  }
}
