// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shape of one OTLP message type, taken from the published descriptors, so that a field of a
 * newer protocol version is known as soon as the dependency moves.
 *
 * <p>Roles say where a fault stops: a fault inside an <em>item</em> (a span, a record, a point)
 * costs that item; a fault in a <em>part</em> of a container (its resource, scope or a text) costs
 * the items of that container.
 */
final class Shape {

  enum Role {
    CONTAINER,
    ITEM,
    PART
  }

  /** A field: what a value must look like in protobuf and in JSON. */
  static final class Field {
    final FieldDescriptor descriptor;
    final int number;
    final FieldDescriptor.Type type;
    final boolean repeated;
    final int wireType;

    /** Index of the oneof in the message, or -1. */
    final int oneof;

    /** Length in bytes when the field is a trace or span id, written as hex in JSON; else 0. */
    final int idBytes;

    /** Whether the sieve needs the value to judge or repair the item that the field is of. */
    final boolean ofItem;

    /** Shape of the value when it is a message. */
    @Nullable Shape message;

    private Field(FieldDescriptor descriptor) {
      this.descriptor = descriptor;
      this.number = descriptor.getNumber();
      this.type = descriptor.getType();
      this.repeated = descriptor.isRepeated();
      this.wireType = descriptor.getLiteType().getWireType();
      OneofDescriptor containing = descriptor.getRealContainingOneof();
      this.oneof = containing == null ? -1 : containing.getIndex();
      this.idBytes = idBytes(descriptor);
      this.ofItem =
          switch (descriptor.getContainingType().getName()) {
            case "Span" -> idBytes > 0;
            case "LogRecord" -> Arrays.stream(LogRepair.FIELDS).anyMatch(n -> n == number);
            default -> false;
          };
    }

    private static int idBytes(FieldDescriptor descriptor) {
      if (descriptor.getType() != FieldDescriptor.Type.BYTES) {
        return 0;
      }
      return switch (descriptor.getName()) {
        case "trace_id" -> 16;
        case "span_id", "parent_span_id" -> 8;
        default -> 0;
      };
    }
  }

  private static final Set<String> ITEMS =
      Set.of(
          "Span",
          "LogRecord",
          "NumberDataPoint",
          "HistogramDataPoint",
          "ExponentialHistogramDataPoint",
          "SummaryDataPoint");

  private static final Map<String, Shape> KNOWN = new HashMap<>();

  static final Shape TRACES = of(ExportTraceServiceRequest.getDescriptor());
  static final Shape LOGS = of(ExportLogsServiceRequest.getDescriptor());
  static final Shape METRICS = of(ExportMetricsServiceRequest.getDescriptor());
  static final Shape SPAN = of(Span.getDescriptor());
  static final Shape LOG_RECORD = of(LogRecord.getDescriptor());
  static final Shape KEY_VALUE = of(KeyValue.getDescriptor());

  final String name;
  final Role role;
  private final @Nullable Field[] byNumber;
  private final Map<String, Field> byName = new HashMap<>();

  private Shape(Descriptor descriptor) {
    KNOWN.put(descriptor.getFullName(), this); // first, for types that contain themselves
    name = descriptor.getName();
    int highest =
        descriptor.getFields().stream().mapToInt(FieldDescriptor::getNumber).max().orElse(0);
    byNumber = new Field[highest + 1];
    boolean holdsItems = false;
    for (FieldDescriptor each : descriptor.getFields()) {
      Field field = new Field(each);
      if (each.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        field.message = of(each.getMessageType());
        holdsItems |= field.message.role == Role.ITEM || field.message.role == Role.CONTAINER;
      }
      byNumber[field.number] = field;
      byName.put(each.getJsonName(), field);
      byName.put(each.getName(), field);
    }
    role = ITEMS.contains(name) ? Role.ITEM : holdsItems ? Role.CONTAINER : Role.PART;
  }

  private static Shape of(Descriptor descriptor) {
    Shape known = KNOWN.get(descriptor.getFullName());
    return known != null ? known : new Shape(descriptor);
  }

  @Nullable Field field(int number) {
    return number < byNumber.length ? byNumber[number] : null;
  }

  /** By lowerCamelCase name as the specification has it, or by snake_case name. */
  @Nullable Field field(String jsonName) {
    return byName.get(jsonName);
  }
}
