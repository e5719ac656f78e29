// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

/** The token that calls carry. Thread-safe: all callers share one. */
sealed interface TokenProvider permits LoginTokens, StaticToken {

  /**
   * The current token, after a login when there is none or it is about to expire.
   *
   * @throws MdsoException of kind AUTH when the credentials are refused
   */
  String token() throws MdsoException, InterruptedException;

  /** The server refused this token; the next call of {@link #token} gets another, if it can. */
  void refused(String token);

  /**
   * The server refused even a token made just now: another login helps nobody for a while, and
   * would leave one more session behind.
   */
  void refusedFresh(String token, MdsoException refusal);

  /** Someone asked for another login after one was refused. */
  void forgetRefusal();

  /** Gives the token back, best effort. */
  void close();
}
