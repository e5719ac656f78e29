// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.log4j;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static net.bytebuddy.matcher.ElementMatchers.named;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.HelperResourceBuilder;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.Collections;
import java.util.List;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Puts the keys, without prefix, into the context data of Log4j 2 events. Log4j asks all providers
 * that it finds, so this adds one and weaves nothing.
 */
@AutoService(InstrumentationModule.class)
public final class Log4jModule extends InstrumentationModule {

  private static final String PROVIDER = "io.correlationstation.agent.log4j.KeysProvider";

  public Log4jModule() {
    super("correlation-log4j");
  }

  @Override
  public boolean defaultEnabled() {
    return WovenModule.mayWeave();
  }

  @Override
  public boolean defaultEnabled(ConfigProperties config) {
    return defaultEnabled();
  }

  @Override
  public List<String> getAdditionalHelperClassNames() {
    return Collections.singletonList(PROVIDER);
  }

  @Override
  public void registerHelperResources(HelperResourceBuilder resources) {
    resources.register(
        "META-INF/services/org.apache.logging.log4j.core.util.ContextDataProvider",
        "io/correlationstation/agent/log4j/provider");
  }

  @Override
  public List<TypeInstrumentation> typeInstrumentations() {
    return Collections.singletonList(new Trigger());
  }

  /** The class that has to load for the provider to be injected; it stays as it is. */
  private static final class Trigger implements TypeInstrumentation {

    @Override
    public ElementMatcher<ClassLoader> classLoaderOptimization() {
      return hasClassesNamed("org.apache.logging.log4j.core.util.ContextDataProvider");
    }

    @Override
    public ElementMatcher<TypeDescription> typeMatcher() {
      return named("org.apache.logging.log4j.core.impl.ThreadContextDataInjector");
    }

    @Override
    public void transform(TypeTransformer transformer) {}
  }
}
