// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.Requests;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the correlator which identifiers mean the same thing: one log record {@value #EVENT} per
 * state of a resource that names two or more, one per device where it has several. The record goes
 * the way of all logs, so the alias graph learns it from the journal and again on replay.
 */
final class ResourceRecords {

  static final String EVENT = "mdso.resource.observed";

  private final OtlpSink sink;
  private final Resource otlpResource;

  ResourceRecords(OtlpSink sink, String environment) {
    this.sink = sink;
    this.otlpResource = Otlp.resource(Otlp.COLLECTOR_SERVICE, environment);
  }

  /** Sends the records of one state of a resource, in the same bytes each time. */
  void send(MdsoResource resource, String productType) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    List<MdsoResource.Device> devices =
        resource.devices().isEmpty()
            ? List.of(new MdsoResource.Device(null, null))
            : resource.devices();
    for (MdsoResource.Device device : devices) {
      List<KeyValue> identifiers = identifiers(resource, device);
      if (identifiers.size() > 1) {
        records.add(record(resource, productType, identifiers));
      }
    }
    if (!records.isEmpty()) {
      sink.logs(Requests.logs(otlpResource, records));
    }
  }

  private static List<KeyValue> identifiers(MdsoResource resource, MdsoResource.Device device) {
    List<KeyValue> identifiers = new ArrayList<>();
    add(identifiers, "resource_id", resource.id());
    add(identifiers, "circuit_id", resource.circuitId());
    add(identifiers, "provider_resource_id", resource.providerResourceId());
    add(identifiers, "order_id", resource.orderId());
    add(identifiers, "tid", device.tid());
    add(identifiers, "management_ip", device.managementIp());
    return identifiers;
  }

  private static LogRecord record(
      MdsoResource resource, String productType, List<KeyValue> identifiers) {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setTimeUnixNano(time(resource))
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
            .setSeverityText("INFO")
            .setEventName(EVENT)
            .setBody(
                AnyValue.newBuilder()
                    .setStringValue("resource " + resource.id() + " is " + resource.orchState()))
            .addAllAttributes(identifiers)
            .addAttributes(Otlp.text("mdso.product_type", productType))
            .addAttributes(Otlp.text("mdso.orch_state", resource.orchState()));
    if (resource.productId() != null) {
      record.addAttributes(Otlp.text("product_id", resource.productId()));
    }
    if (!resource.resourceTypeId().isEmpty()) {
      record.addAttributes(Otlp.text("resource_type_id", resource.resourceTypeId()));
    }
    return record.build();
  }

  private static long time(MdsoResource resource) {
    Instant time = resource.updatedAt() == null ? resource.createdAt() : resource.updatedAt();
    return time == null ? 0 : Otlp.nanos(time);
  }

  private static void add(List<KeyValue> identifiers, String key, @Nullable String value) {
    if (value != null) {
      identifiers.add(Otlp.text(key, value));
    }
  }
}
