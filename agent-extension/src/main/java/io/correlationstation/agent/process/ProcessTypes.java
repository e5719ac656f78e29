// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import com.google.auto.service.AutoService;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesBuilder;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;

/** Opens the one class of the JDK that is woven here and that agents leave alone otherwise. */
@AutoService(IgnoredTypesConfigurer.class)
public final class ProcessTypes implements IgnoredTypesConfigurer {

  @Override
  public void configure(IgnoredTypesBuilder types) {
    types.allowClass("java.lang.ProcessBuilder");
  }

  /** What older agents call; without it they would not start. */
  @Override
  public void configure(IgnoredTypesBuilder types, ConfigProperties config) {
    configure(types);
  }
}
