// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One correlation key as the stitcher weighs it.
 *
 * @param name the key's own name, such as {@code circuit_id}
 * @param attributeNames attributes that carry it, its own name first; the first one that is no junk
 *     wins
 * @param strength how much a match says
 * @param letterCase how values are written before they are compared
 */
public record KeySpec(
    String name, List<String> attributeNames, Strength strength, LetterCase letterCase) {

  /** What becomes of the letters of a value. */
  public enum LetterCase {
    KEPT,
    LOWER,
    UPPER
  }

  /** Most specific first: a mismatch of a strong key vetoes, whatever weaker keys say. */
  public enum Strength {
    /** One request or message: {@code request_id}. */
    REQUEST,
    /** One run of work: {@code resource_id}. */
    RESOURCE,
    /** A long-lived thing many runs share: {@code circuit_id}. */
    CIRCUIT,
    /** A class of things: {@code product_id}; never decides alone, never makes an alias. */
    WEAK
  }

  public KeySpec {
    requireNonNull(name, "name");
    requireNonNull(strength, "strength");
    requireNonNull(letterCase, "letterCase");
    attributeNames = List.copyOf(attributeNames);
    if (!attributeNames.contains(name)) {
      throw new IllegalArgumentException("attributeNames without the key's own name: " + name);
    }
  }

  /** The five keys of the product; the position in this list is the key's index. */
  public static List<KeySpec> defaults() {
    return List.of(
        of("request_id", Strength.REQUEST, LetterCase.LOWER),
        of("resource_id", Strength.RESOURCE, LetterCase.LOWER),
        of("circuit_id", Strength.CIRCUIT, LetterCase.UPPER),
        of("product_id", Strength.WEAK, LetterCase.KEPT),
        of("resource_type_id", Strength.WEAK, LetterCase.KEPT));
  }

  private static KeySpec of(String name, Strength strength, LetterCase letterCase) {
    return new KeySpec(name, List.of(name, "mdso." + name), strength, letterCase);
  }

  boolean strong() {
    return strength != Strength.WEAK;
  }
}
