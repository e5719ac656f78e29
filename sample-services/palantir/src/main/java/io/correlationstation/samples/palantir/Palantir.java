// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the inventory: {@code java -jar palantir.jar}, settings by environment. */
public final class Palantir {

  private static final Logger logger = LoggerFactory.getLogger(Palantir.class);

  /** Exit codes: 1 the port is taken or cannot be opened, 2 a setting is wrong. */
  public static void main(String[] args) {
    try {
      PalantirConfig config = PalantirConfig.fromEnvironment(System.getenv());
      PalantirServer server = PalantirServer.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "palantir-stop"));
      // said last: who reads it may send SIGTERM at once
      logger.info("palantir listens on {}:{}", config.bind(), server.port());
    } catch (IllegalArgumentException e) {
      exit(2, e);
    } catch (PalantirServer.NotStartedException e) {
      exit(1, e);
    }
  }

  private static void exit(int code, Exception reason) {
    System.err.println("palantir: " + reason.getMessage());
    System.exit(code);
  }

  private Palantir() {}
}
