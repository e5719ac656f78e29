// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one trace: who is whose parent, and which span may have called out.
 *
 * <p>Shape: small traces are scanned; past {@link #SCANNED} spans two hash tables answer, so that
 * adding to a trace of 10 000 spans costs as much as adding to one of 100. About 45 bytes a span.
 */
final class FragmentSpans {

  /** A trace of so many spans is scanned faster than hashed. */
  private static final int SCANNED = 16;

  private static final int FIELDS = 4;
  private static final int PARENT = 1;
  private static final int START = 2;
  private static final int END = 3;

  private static final int PARTS = 2;
  private static final int EXIT = 1;

  /** Id, parent, start, end of each span. */
  private long[] numbers = new long[FIELDS];

  /** {@link ChildType}, else {@link Service}, and {@link Exit} or null of each span. */
  @Part private @Nullable Object[] parts = new Object[PARTS];

  private int count;

  /** Null while the trace is small. */
  @Part private @Nullable SpanHashes hashes;

  /** Reads what hangs on it; what that is, is of no interest. */
  int readAhead() {
    return numbers.length + parts.length;
  }

  int count() {
    return count;
  }

  long id(int index) {
    return numbers[index * FIELDS];
  }

  long parentId(int index) {
    return numbers[index * FIELDS + PARENT];
  }

  long startNanos(int index) {
    return numbers[index * FIELDS + START];
  }

  long durationNanos(int index) {
    return numbers[index * FIELDS + END] - startNanos(index);
  }

  Service service(int index) {
    ChildType entry = entry(index);
    return entry != null ? entry.service : (Service) requireNonNull(parts[index * PARTS]);
  }

  /** How the span looks to callers; null for one that is itself a call or a step inside. */
  @Nullable ChildType entry(int index) {
    return parts[index * PARTS] instanceof ChildType entry ? entry : null;
  }

  @Nullable Exit exit(int index) {
    return (Exit) parts[index * PARTS + EXIT];
  }

  void setExit(int index, @Nullable Exit exit) {
    parts[index * PARTS + EXIT] = exit;
  }

  boolean large() {
    return count > SCANNED;
  }

  int add(PendingSpan span, @Nullable ChildType entry) {
    return add(
        span.spanId,
        span.parentId,
        span.startNanos,
        span.endNanos,
        entry != null ? entry : span.service);
  }

  /**
   * The root that a trace began with.
   *
   * @param exit the same span as one that may have called out; null when it can't have
   */
  void add(Child root, @Nullable Exit exit) {
    setExit(add(root.spanId, 0, root.startNanos, root.endNanos, root.type), exit);
  }

  private int add(long id, long parentId, long startNanos, long endNanos, Object entryOrService) {
    if (count * PARTS == parts.length) {
      grow(count * 2);
    }
    int at = count * FIELDS;
    numbers[at] = id;
    numbers[at + PARENT] = parentId;
    numbers[at + START] = startNanos;
    numbers[at + END] = endNanos;
    parts[count * PARTS] = entryOrService;
    if (hashes != null) {
      hashes.add(count, this);
    }
    return count++;
  }

  private void grow(int size) {
    numbers = Arrays.copyOf(numbers, size * FIELDS);
    parts = Arrays.copyOf(parts, size * PARTS);
    if (size > SCANNED) {
      hashes = new SpanHashes(size);
      for (int i = 0; i < count; i++) {
        hashes.add(i, this);
      }
    }
  }

  /** Index of a span, or -1. */
  int indexOf(long id) {
    if (hashes != null) {
      return hashes.indexOf(id, this);
    }
    for (int i = 0; i < count; i++) {
      if (id(i) == id) {
        return i;
      }
    }
    return -1;
  }

  /** Index of a child of this span, or -1. */
  int firstChild(long id) {
    return hashes != null ? hashes.firstChild(id, this) : childBefore(count, id);
  }

  /** Another child of the same parent after this one, or -1. */
  int nextChild(int index) {
    return hashes != null ? hashes.nextChild(index) : childBefore(index, parentId(index));
  }

  private int childBefore(int end, long parent) {
    for (int i = end - 1; i >= 0; i--) {
      if (parentId(i) == parent) {
        return i;
      }
    }
    return -1;
  }
}
