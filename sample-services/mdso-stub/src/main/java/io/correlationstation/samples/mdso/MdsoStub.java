// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

/** Starts the stubbed orchestrator: {@code java -jar mdso-stub.jar}, settings by environment. */
public final class MdsoStub {

  /** Exit codes: 1 the port is taken or cannot be opened, 2 a setting is wrong. */
  public static void main(String[] args) {
    try {
      MdsoStubConfig config = MdsoStubConfig.fromEnvironment(System.getenv());
      MdsoStubServer server = MdsoStubServer.start(config);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "mdso-stub-stop"));
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
