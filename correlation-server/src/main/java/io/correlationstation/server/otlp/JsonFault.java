// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a body that is not JSON, and where, for whoever sent it. */
public final class JsonFault {

  /** Jackson names a source within its message too, only to say that it may not show it. */
  private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; ([^]]*)]");

  private JsonFault() {}

  /** One line, with the place where it is known; nothing of the body but a character or two. */
  public static String of(JsonProcessingException e) {
    String what = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
    JsonLocation at = e.getLocation();
    return at == null
        ? what
        : what + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
  }
}
