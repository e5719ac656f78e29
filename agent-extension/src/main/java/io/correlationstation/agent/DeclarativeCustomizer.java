// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizerProvider;

/** Where the agent finds the extension when it is set by a declarative file. */
@AutoService(DeclarativeConfigurationCustomizerProvider.class)
public final class DeclarativeCustomizer implements DeclarativeConfigurationCustomizerProvider {

  @Override
  public void customize(DeclarativeConfigurationCustomizer agent) {
    agent.addModelCustomizer(DeclarativeFile::customize);
  }
}
