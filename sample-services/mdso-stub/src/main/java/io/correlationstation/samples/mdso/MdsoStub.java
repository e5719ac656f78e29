// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the stubbed orchestrator: {@code java -jar mdso-stub.jar}, settings by environment. */
public final class MdsoStub {

  private static final Logger logger = LoggerFactory.getLogger(MdsoStub.class);

  /** Exit codes: 1 the port is taken or cannot be opened, 2 a setting is wrong. */
  public static void main(String[] args) {
    try {
      MdsoStubConfig config = MdsoStubConfig.fromEnvironment(System.getenv());
      MdsoStubServer server = MdsoStubServer.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "mdso-stub-stop"));
      // said last: who reads it may send SIGTERM at once
      logger.info("mdso-stub listens on {}:{}", config.bind(), server.port());
    } catch (IllegalArgumentException e) {
      exit(2, e);
    } catch (MdsoStubServer.NotStartedException e) {
      exit(1, e);
    }
  }

  private static void exit(int code, Exception reason) {
    System.err.println("mdso-stub: " + reason.getMessage());
    System.exit(code);
  }

  private MdsoStub() {}
}
