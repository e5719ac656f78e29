// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for values outside: the first 32 hex digits of HMAC-SHA-256. The same value gives the
 * same pseudonym, and without the secret it leads back to nothing.
 */
final class Pseudonyms {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 16;

  private final SecretKeySpec secret;

  private Pseudonyms(SecretKeySpec secret) {
    this.secret = secret;
  }

  /** Returns null without a secret. */
  static @Nullable Pseudonyms of(byte[] secret) {
    return secret.length == 0 ? null : new Pseudonyms(new SecretKeySpec(secret, ALGORITHM));
  }

  /** Returns null on a platform without the algorithm. */
  @Nullable String pseudonym(String value) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      byte[] digest = mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
      StringBuilder hex = new StringBuilder(2 * BYTES);
      for (int i = 0; i < BYTES; i++) {
        hex.append(Character.forDigit((digest[i] >> 4) & 0xf, 16));
        hex.append(Character.forDigit(digest[i] & 0xf, 16));
      }
      return hex.toString();
    } catch (GeneralSecurityException unsupported) {
      return null;
    }
  }
}
