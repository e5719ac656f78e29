// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.util.List;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Keeps tokens out of the logs of the JDK's HTTP client: at its finest level it logs URLs, and that
 * of a token holds the token; when told to it logs headers too. Such records are dropped, all
 * others pass. Loggers are the process's, so one filter serves all clients.
 */
final class ClientLogFilter implements Filter {

  private static final Pattern TOKEN = Pattern.compile("/tokens/|(?i:authorization|bearer )");

  /** Held here, as the JDK forgets loggers that nobody holds, and their filters with them. */
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger("jdk.internal.httpclient.debug"),
          Logger.getLogger("jdk.httpclient.HttpClient"));

  private ClientLogFilter() {}

  static synchronized void install() {
    for (Logger each : LOGGERS) {
      if (each.getFilter() == null) {
        each.setFilter(new ClientLogFilter());
      }
    }
  }

  @Override
  public boolean isLoggable(LogRecord record) {
    if (TOKEN.matcher(String.valueOf(record.getMessage())).find()) {
      return false;
    }
    Object[] parameters = record.getParameters();
    for (Object each : parameters == null ? new Object[0] : parameters) {
      if (TOKEN.matcher(String.valueOf(each)).find()) {
        return false;
      }
    }
    return true;
  }
}
