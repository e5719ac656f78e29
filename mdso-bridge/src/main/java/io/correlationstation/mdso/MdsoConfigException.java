// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

/**
 * A setting of the bridge is wrong. The message names the variable and the nearest right one and
 * never holds a secret; it is meant to be printed without a stack trace.
 */
public final class MdsoConfigException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  public MdsoConfigException(String message) {
    super(message);
  }
}
