// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.forward.ReplayResult;
import java.io.PrintWriter;

/** Tells what a replay came to. */
final class ReplayReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ReplayReport() {}

  /** Prints the result; the exit code says whether anything is left or was refused. */
  static int tell(PrintWriter out, ReplayResult result, OutputFormat format)
      throws JsonProcessingException {
    if (format == OutputFormat.JSON) {
      out.println(JSON.writeValueAsString(result));
    } else {
      String counts =
          "%d delivered, %d refused, %d left"
              .formatted(result.delivered(), result.refused(), result.left());
      out.println(result.reason().isEmpty() ? counts : counts + ": " + result.reason());
    }
    out.flush();
    if (result.left() > 0) {
      return Station.UNREACHABLE;
    }
    return result.refused() > 0 ? Station.FINDING : Station.OK;
  }
}
