// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the network services API: {@code java -jar beorn.jar}, settings by environment. */
public final class Beorn {

  private static final Logger logger = LoggerFactory.getLogger(Beorn.class);

  /** Exit codes: 1 the port is taken or cannot be opened, 2 a setting is wrong. */
  public static void main(String[] args) {
    try {
      BeornConfig config = BeornConfig.fromEnvironment(System.getenv());
      BeornServer server = BeornServer.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "beorn-stop"));
      // said last: who reads it may send SIGTERM at once
      logger.info("beorn listens on {}:{}", config.bind(), server.port());
    } catch (IllegalArgumentException e) {
      exit(2, e);
    } catch (BeornServer.NotStartedException e) {
      exit(1, e);
    }
  }

  private static void exit(int code, Exception reason) {
    System.err.println("beorn: " + reason.getMessage());
    System.exit(code);
  }

  private Beorn() {}
}
