// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.market.Json;
import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.market.MdsoException;
import io.correlationstation.mdso.market.MdsoOperation;
import io.correlationstation.mdso.market.MdsoProduct;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SecretMask;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the orchestrator single questions, with no server about. The first question logs in, {@link
 * #close} deletes the token. It sends no telemetry. Thread-safe.
 */
public final class MdsoLookup implements AutoCloseable {

  private final ProductTypes types = ProductTypes.shipped();
  private final String typeIdPrefix;
  private final MdsoClient client;

  private MdsoLookup(String typeIdPrefix, MdsoClient client) {
    this.typeIdPrefix = typeIdPrefix;
    this.client = client;
  }

  /**
   * Makes one; nothing is called yet.
   *
   * @throws MdsoConfigException when the certificate file is wrong
   */
  public static MdsoLookup open(MdsoConfig config) {
    Clock clock = Clock.systemUTC();
    String environment = config.deploymentEnvironment();
    return new MdsoLookup(
        config.typeIdPrefix(),
        MdsoBridge.client(
            config,
            new BridgeMetrics(clock, environment),
            new SpanRecorder(new Discard(), clock, environment),
            clock,
            MdsoBridge::sleep));
  }

  /** Each product type that is collected, in the order of a run. */
  public List<ProductTypeView> products() throws MdsoException, InterruptedException {
    List<ProductTypeView> views = new ArrayList<>();
    for (ProductType type : types.all()) {
      views.add(view(type));
    }
    return views;
  }

  private ProductTypeView view(ProductType type) throws MdsoException, InterruptedException {
    String typeId = type.exactTypeId(typeIdPrefix);
    long resources = 0;
    List<MdsoProduct> products = List.of();
    try {
      resources = client.count(typeId);
      products = client.products(typeId).rest();
    } catch (MdsoException e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
    return new ProductTypeView(
        type.name(),
        typeId,
        resources > 0 || !products.isEmpty(),
        resources,
        products.stream()
            .map(
                product ->
                    new ProductTypeView.Product(product.id(), product.title(), product.active()))
            .toList());
  }

  /** A resource and its operations; null when there is none of that id. */
  public @Nullable ResourceView resource(String id) throws MdsoException, InterruptedException {
    JsonNode json = client.resource(id);
    if (json == null) {
      return null;
    }
    ProductType type = types.ofTypeId(json.path("resourceTypeId").asText());
    MdsoResource resource = MdsoResource.parse(json, type == null ? List.of() : type.circuitKeys());
    if (resource == null) {
      throw new MdsoException(
          MdsoException.Kind.BROKEN_JSON, "the orchestrator's answer is no resource", null);
    }
    String reason = Json.text(json.path("reason"));
    return new ResourceView(
        resource.id(),
        resource.label(),
        resource.resourceTypeId(),
        resource.circuitId(),
        resource.orchState(),
        Json.text(json.path("desiredOrchState")),
        reason == null ? null : SecretMask.mask(reason),
        time(resource.createdAt()),
        time(resource.updatedAt()),
        client.operations(id).rest().stream().map(MdsoLookup::view).toList());
  }

  private static ResourceView.Operation view(MdsoOperation operation) {
    return new ResourceView.Operation(
        operation.id(),
        operation.name(),
        operation.title(),
        operation.state(),
        operation.isFailed(),
        operation.reason(),
        time(operation.createdAt()),
        time(operation.updatedAt()));
  }

  /** Deletes the token, best effort, within some seconds. */
  @Override
  public void close() {
    client.close();
  }

  private static @Nullable String time(@Nullable Instant instant) {
    return instant == null ? null : MdsoBridge.time(instant);
  }

  /** A command's own spans interest nobody. */
  private static final class Discard implements OtlpSink {
    @Override
    public void traces(byte[] request) {}

    @Override
    public void logs(byte[] request) {}

    @Override
    public void metrics(byte[] request) {}
  }
}
