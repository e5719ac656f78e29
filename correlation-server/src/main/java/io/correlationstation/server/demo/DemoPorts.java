// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ports of every part of the demo; all are known to be free at the moment this was made.
 *
 * @param http the server's API and page
 */
record DemoPorts(
    int http, int otlpHttp, int otlpGrpc, int beorn, int palantir, int arda, int mdso) {

  /**
   * Takes the wanted ports, a free one wherever 0 is wanted.
   *
   * @param wanted port by flag, in the order of the record's components
   * @throws DemoFailure naming the first port that is taken and the flag that moves it
   */
  static DemoPorts claim(Map<String, Integer> wanted) {
    Map<String, ServerSocket> held = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Integer> port : wanted.entrySet()) {
        held.put(port.getKey(), hold(port.getKey(), port.getValue()));
      }
      int[] ports = held.values().stream().mapToInt(ServerSocket::getLocalPort).toArray();
      return new DemoPorts(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5], ports[6]);
    } finally {
      held.values().forEach(DemoPorts::release);
    }
  }

  private static ServerSocket hold(String flag, int port) {
    if (port < 0 || port > 65_535) {
      throw new DemoFailure(flag + ": " + port + " is no port; expected 0 to 65535");
    }
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      throw new DemoFailure(
          "port " + port + " is in use; choose another one with " + flag + " (0 takes a free one)");
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // the port is not ours any more either way
    }
  }
}
