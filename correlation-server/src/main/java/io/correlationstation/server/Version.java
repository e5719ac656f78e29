// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import picocli.CommandLine.IVersionProvider;

/** The version of the running program, from its jar. */
final class Version implements IVersionProvider {

  static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"station " + current()};
  }
}
