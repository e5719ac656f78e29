// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TokensTest {

  private final FakeTime time = new FakeTime("2025-01-01T00:00:00Z");
  private final Tokens tokens = new Tokens("demo", "secret", time);

  @Test
  void issue_rightCredentials_givesATokenThatWorks() {
    String token = tokens.issue("demo", "secret");

    assertThat(token).matches("[0-9a-f]{20}");
    assertThatCode(() -> tokens.require("Bearer " + token)).doesNotThrowAnyException();
  }

  @Test
  void issue_wrongCredentials_is401() {
    assertRefused(401, () -> tokens.issue("demo", "Secret"));
    assertRefused(401, () -> tokens.issue("Demo", "secret"));
    assertRefused(401, () -> tokens.issue(null, null));
  }

  @Test
  void require_lifetimeOver_is401() {
    String token = tokens.issue("demo", "secret");

    time.of(Tokens.LIFETIME.minusMillis(1));
    tokens.require("Bearer " + token);
    time.of(Duration.ofMillis(1));

    assertRefused(401, () -> tokens.require("Bearer " + token));
  }

  @Test
  void require_noBearerToken_is401() {
    String token = tokens.issue("demo", "secret");

    assertRefused(401, () -> tokens.require(null));
    assertRefused(401, () -> tokens.require(token));
    assertRefused(401, () -> tokens.require("Basic " + token));
    assertRefused(401, () -> tokens.require("Bearer 0123456789abcdef0123"));
  }

  @Test
  void revoke_token_endsItOnce() {
    String token = tokens.issue("demo", "secret");

    tokens.revoke(token);

    assertRefused(401, () -> tokens.require("Bearer " + token));
    assertRefused(404, () -> tokens.revoke(token));
  }

  @Test
  void issue_tooManySessions_is403UntilSomeEnd() {
    String first = tokens.issue("demo", "secret");
    IntStream.range(1, Tokens.MAX_SESSIONS).forEach(n -> tokens.issue("demo", "secret"));
    assertRefused(403, () -> tokens.issue("demo", "secret"));

    tokens.revoke(first);

    assertThat(tokens.issue("demo", "secret")).isNotEqualTo(first);
    time.of(Tokens.LIFETIME);
    assertThatCode(() -> tokens.issue("demo", "secret")).doesNotThrowAnyException();
  }

  private static void assertRefused(int status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            GatewayError.class, error -> assertThat(error.status()).isEqualTo(status));
  }
}
