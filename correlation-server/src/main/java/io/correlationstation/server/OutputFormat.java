// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

/** How a command prints its result: for a program or for a person. */
enum OutputFormat {
  JSON,
  TEXT
}
