// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/**
 * Why an item cannot be kept.
 *
 * @param kind one of few words, for a metric's label
 * @param text for the sender
 */
record Fault(String kind, String text) {

  static Fault bytes(String what) {
    return new Fault("bytes", what + " is not a protobuf message");
  }

  static Fault utf8(String field) {
    return new Fault("utf8", field + " is not UTF-8");
  }

  static Fault depth(int limit) {
    return new Fault("depth", "nested deeper than " + limit + " messages");
  }

  static Fault twoValues(String message) {
    return new Fault("oneof", message + " holds two values");
  }

  static Fault id(String text) {
    return new Fault("id", text);
  }

  static Fault value(String field, String what) {
    return new Fault("value", field + " " + what);
  }

  Fault in(String message) {
    return new Fault(kind, message + ": " + text);
  }
}
