// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import io.opentelemetry.api.GlobalOpenTelemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the topology service: {@code java -jar arda.jar}, settings by environment. */
public final class Arda {

  private static final Logger logger = LoggerFactory.getLogger(Arda.class);

  /** Exit codes: 1 the port is taken or cannot be opened, 2 a setting is wrong. */
  public static void main(String[] args) {
    try {
      ArdaConfig config = ArdaConfig.fromEnvironment(System.getenv());
      ArdaServer server = ArdaServer.start(config, GlobalOpenTelemetry.get());
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "arda-stop"));
      // said last: who reads it may send SIGTERM at once
      logger.info("arda listens on {}:{}", config.bind(), server.port());
    } catch (IllegalArgumentException e) {
      exit(2, e);
    } catch (ArdaServer.NotStartedException e) {
      exit(1, e);
    }
  }

  private static void exit(int code, Exception reason) {
    System.err.println("arda: " + reason.getMessage());
    System.exit(code);
  }

  private Arda() {}
}
