// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Watches bodies of requests as servlets, handlers of the JDK's server and WebFlux read them. */
@AutoService(InstrumentationModule.class)
public final class BodyModule extends WovenModule {

  public BodyModule() {
    super(
        "correlation-body",
        new BodyStreamInstrumentation("jakarta.servlet.ServletInputStream"),
        new BodyStreamInstrumentation("javax.servlet.ServletInputStream"),
        new NamedStreamInstrumentation("sun.net.httpserver.LeftOverInputStream"),
        new ReactorBodyInstrumentation("reactor.netty.http.server.HttpServerOperations"),
        new BodyReaderInstrumentation("org.apache.catalina.connector.CoyoteReader"),
        new ParameterInstrumentation("jakarta.servlet.ServletRequest"),
        new ParameterInstrumentation("javax.servlet.ServletRequest"),
        new ListenedStreamInstrumentation("jakarta.servlet.ServletInputStream"),
        new ListenedStreamInstrumentation("javax.servlet.ServletInputStream"),
        new ReadListenerInstrumentation("jakarta.servlet.ReadListener"),
        new ReadListenerInstrumentation("javax.servlet.ReadListener"));
  }
}
