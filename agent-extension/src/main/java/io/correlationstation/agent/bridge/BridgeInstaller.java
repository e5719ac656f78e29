// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.bridge;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarFile;

/**
 * Puts the bridge class on the bootstrap class path and connects it. Must run before any class that
 * mentions the bridge is linked, hence the connection by name.
 */
public final class BridgeInstaller {

  private static final String BOOT_JAR = "correlation-boot.jar";
  private static final String INSTRUMENTATION_HOLDER =
      "io.opentelemetry.javaagent.bootstrap.InstrumentationHolder";

  private static boolean installed;

  private BridgeInstaller() {}

  /**
   * Installs the bridge for a carrier.
   *
   * @return whether woven code reaches the extension; if not, nothing should be woven
   */
  public static synchronized boolean install(Carrier carrier) {
    if (!installed) {
      try {
        appendToBootstrapClassPath();
        Class.forName("io.correlationstation.agent.CarrierDelegate")
            .getMethod("install", Carrier.class)
            .invoke(null, carrier);
        installed = true;
      } catch (Throwable failure) {
        Failures.record("bridge", failure);
      }
    }
    return installed;
  }

  /** Whether woven code reaches the extension. */
  public static synchronized boolean isInstalled() {
    return installed;
  }

  private static void appendToBootstrapClassPath()
      throws ReflectiveOperationException, IOException {
    Instrumentation instrumentation =
        (Instrumentation)
            Class.forName(INSTRUMENTATION_HOLDER).getMethod("getInstrumentation").invoke(null);
    Path copy = Files.createTempFile("correlation-boot", ".jar");
    copy.toFile().deleteOnExit();
    try (InputStream jar = BridgeInstaller.class.getResourceAsStream(BOOT_JAR)) {
      if (jar == null) {
        throw new IOException(BOOT_JAR + " is not in the extension");
      }
      Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(copy.toFile()));
  }
}
