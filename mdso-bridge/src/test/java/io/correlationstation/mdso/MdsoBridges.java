// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Starts bridges that never wait, for tests of other packages. */
public final class MdsoBridges {

  private MdsoBridges() {}

  public static MdsoBridge start(
      Map<String, String> environment, OtlpSink sink, Path dataDir, Clock clock)
      throws IOException {
    return MdsoBridge.start(
        MdsoConfig.fromEnvironment(environment), sink, dataDir, clock, pause -> {});
  }
}
