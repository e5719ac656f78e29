// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.JournalRefusedException;
import java.io.Serial;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A request that is not taken, and whether its sender should try again. Carries no stack trace: it
 * is an answer, not a fault of ours.
 */
final class Refusal extends Exception {

  /** Why, with the HTTP status and the gRPC code that say so. */
  enum Kind {
    BAD_REQUEST(400, 3),
    UNAUTHENTICATED(401, 16),
    NOT_FOUND(404, 5),
    NOT_ALLOWED(405, 12),
    SLOW(408, 4),
    TOO_LARGE(413, 8),
    UNSUPPORTED(415, 12),
    INVALID(422, 3),
    OVER_QUOTA(429, 8),
    BUSY(503, 14);

    final int httpStatus;
    final int grpcCode;

    Kind(int httpStatus, int grpcCode) {
      this.httpStatus = httpStatus;
      this.grpcCode = grpcCode;
    }
  }

  @Serial private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String reason;
  private final int retryAfterSeconds;

  private Refusal(Kind kind, String reason, String message, int retryAfterSeconds) {
    super(message, null, false, false);
    this.kind = kind;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  static Refusal badRequest(String message) {
    return new Refusal(Kind.BAD_REQUEST, "malformed", message, 0);
  }

  static Refusal invalid(String message) {
    return new Refusal(Kind.INVALID, "invalid", message, 0);
  }

  static Refusal unauthenticated() {
    return new Refusal(Kind.UNAUTHENTICATED, "auth", "credentials are missing or wrong", 0);
  }

  static Refusal notFound(String path) {
    return new Refusal(Kind.NOT_FOUND, "path", "nothing is received at " + path, 0);
  }

  static Refusal notAllowed(String method) {
    return new Refusal(Kind.NOT_ALLOWED, "method", method + " is not allowed, POST is", 0);
  }

  static Refusal slow() {
    return new Refusal(Kind.SLOW, "slow", "the body came in too slowly", 0);
  }

  static Refusal tooLarge(long limit) {
    return new Refusal(Kind.TOO_LARGE, "size", "the body is larger than " + limit + " bytes", 0);
  }

  static Refusal unsupported(String message) {
    return new Refusal(Kind.UNSUPPORTED, "type", message, 0);
  }

  /**
   * Nothing is wrong with the request; it should come again, after 1 to 5 s, so that not all who
   * are told so come at once.
   */
  static Refusal busy(String reason, String message) {
    return busy(reason, message, ThreadLocalRandom.current().nextInt(1, 6));
  }

  static Refusal noMemory() {
    return busy("memory", "too many bytes are being received at the moment");
  }

  /** The tenant has sent more than it may; its sender should come again when that is paid for. */
  static Refusal overQuota(long bytesPerSecond, int retryAfterSeconds) {
    return new Refusal(
        Kind.OVER_QUOTA,
        "quota",
        "the tenant sends more than " + bytesPerSecond + " bytes a second",
        retryAfterSeconds);
  }

  private static Refusal busy(String reason, String message, int retryAfterSeconds) {
    return new Refusal(Kind.BUSY, reason, message, Math.max(1, retryAfterSeconds));
  }

  static Refusal busy(JournalRefusedException e) {
    long millis = e.retryAfter().toMillis();
    return busy(e.reason(), String.valueOf(e.getMessage()), (int) ((millis + 999) / 1000));
  }

  Kind kind() {
    return kind;
  }

  /** One word, for a metric's label. */
  String reason() {
    return reason;
  }

  /** 0 when trying again is of no use. */
  int retryAfterSeconds() {
    return retryAfterSeconds;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
