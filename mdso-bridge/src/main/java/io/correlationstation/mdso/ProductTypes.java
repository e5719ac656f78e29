// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The product types that are collected, in the order of a run. */
public record ProductTypes(List<ProductType> all) {

  public ProductTypes {
    all = List.copyOf(all);
  }

  /** The seven shipped types, from {@code product-types.yml}. */
  public static ProductTypes shipped() {
    YAMLMapper mapper =
        YAMLMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    try (InputStream file =
        Objects.requireNonNull(
            ProductTypes.class.getResourceAsStream("product-types.yml"), "product-types.yml")) {
      return new ProductTypes(mapper.readValue(file, new TypeReference<List<ProductType>>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns null when there is none of that name. */
  public @Nullable ProductType named(String name) {
    for (ProductType type : all) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** The type whose suffix ends a resource type id; null when none does. */
  public @Nullable ProductType ofTypeId(String resourceTypeId) {
    String last = resourceTypeId.substring(resourceTypeId.lastIndexOf('.') + 1);
    for (ProductType type : all) {
      if (type.typeIdSuffix().equals(last)) {
        return type;
      }
    }
    return null;
  }

  public List<String> names() {
    return all.stream().map(ProductType::name).toList();
  }
}
