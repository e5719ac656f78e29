// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.opentelemetry.sdk.extension.incubator.fileconfig.DeclarativeConfigurationCustomizer;
import io.opentelemetry.sdk.extension.incubator.fileconfig.DeclarativeConfigurationCustomizerProvider;

/**
 * The same as {@link DeclarativeCustomizer} for agents whose declarative configuration was still in
 * the SDK's incubator, such as 2.24. Later ones do not look for it, and never load it.
 */
@AutoService(DeclarativeConfigurationCustomizerProvider.class)
public final class OlderDeclarativeCustomizer
    implements DeclarativeConfigurationCustomizerProvider {

  @Override
  public void customize(DeclarativeConfigurationCustomizer agent) {
    agent.addModelCustomizer(DeclarativeFile::customize);
  }
}
