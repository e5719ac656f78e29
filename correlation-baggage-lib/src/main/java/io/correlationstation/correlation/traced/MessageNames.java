// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

/** Names of commands, queries and events, after their classes. */
final class MessageNames {

  private MessageNames() {}

  /**
   * The simple name without the kind at its end: {@code PlaceOrder} for {@code PlaceOrderCommand}.
   * Empty for classes that have no name worth telling: lambdas, anonymous and generated ones, and
   * those of the JDK.
   */
  static String of(Class<?> type, OperationKind kind) {
    if (type.isArray() || type.isSynthetic() || type.getName().startsWith("java.")) {
      return "";
    }
    String name = type.getSimpleName();
    if (name.indexOf('$') >= 0 || name.indexOf('/') >= 0) {
      return "";
    }
    String suffix = kind.prefix();
    return name.endsWith(suffix) && name.length() > suffix.length()
        ? name.substring(0, name.length() - suffix.length())
        : name;
  }
}
