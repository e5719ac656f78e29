// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import io.correlationstation.agent.annotation.MethodScopes;
import io.correlationstation.agent.body.BodyReading;
import io.correlationstation.agent.body.Listeners;
import io.correlationstation.agent.body.ResponseReading;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.carry.Key;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.jdbc.Statements;
import io.correlationstation.agent.process.Environment;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers woven code from the current context. Loaded by name when the bridge is installed. */
public final class CarrierDelegate implements CorrelationBridge.Delegate, BodyBridge.Delegate {

  private final Carrier carrier;
  private final BodyReading bodies;
  private final ResponseReading responses;
  private final Listeners listeners = new Listeners();
  private final Statements statements;
  private final MethodScopes methods;

  private CarrierDelegate(Carrier carrier) {
    this.carrier = carrier;
    this.bodies = new BodyReading(carrier);
    this.responses = new ResponseReading(carrier);
    this.statements = new Statements(carrier);
    this.methods = new MethodScopes(carrier);
  }

  /** Connects the bridges. */
  public static void install(Carrier carrier) {
    CarrierDelegate delegate = new CarrierDelegate(carrier);
    CorrelationBridge.install(delegate);
    BodyBridge.install(delegate);
  }

  @Override
  public @Nullable String get(String name) {
    Key key = carrier.keys().named(name);
    return key == null ? null : carrier.valueOf(Context.current(), key);
  }

  @Override
  public boolean put(String name, String value) {
    Key key = carrier.keys().named(name);
    return key != null && carrier.discover(Context.current(), key, value, Source.API);
  }

  @Override
  public Map<String, String> withKeys(Map<String, String> mdc) {
    return carrier.withKeys(Context.current(), mdc);
  }

  @Override
  public @Nullable Object bodyEnter(Object stream) throws ReflectiveOperationException {
    return responses.isResponse(stream) ? responses.enter(stream) : bodies.enter();
  }

  @Override
  public void bodyExit(Object scan, byte[] bytes, int offset, int count) {
    bodies.read(scan, bytes, offset, count);
  }

  @Override
  public void bodyExit(Object scan, int octet) {
    bodies.read(scan, octet);
  }

  @Override
  public void bodyText(Object scan, @Nullable CharSequence text) {
    bodies.read(scan, text);
  }

  @Override
  public void bodyFailed(Object scan) {
    bodies.failed(scan);
  }

  @Override
  public void parameter(String name, @Nullable String value) {
    bodies.parameter(name, value);
  }

  @Override
  public void parameters(Map<String, String[]> parameters) {
    bodies.parameters(parameters);
  }

  @Override
  public @Nullable Object methodEnter(String spec, Object[] arguments) {
    return methods.enter(spec, arguments);
  }

  @Override
  public void methodExit(String spec, @Nullable Object scope, @Nullable Object result) {
    methods.exit(spec, scope, result);
  }

  @Override
  public @Nullable Map<String, String> processStarting(Map<String, String> environment) {
    TextMapPropagator all = GlobalOpenTelemetry.getPropagators().getTextMapPropagator();
    return Environment.add(carrier, all, environment);
  }

  @Override
  public void processStarted(Map<String, String> environment, Map<String, String> before) {
    Environment.restore(environment, before);
  }

  @Override
  public void response(@Nullable Object body) {
    responses.read(body);
  }

  @Override
  public void observe(Object source) throws ReflectiveOperationException {
    responses.observe(source);
  }

  @Override
  public void listening(Object listener) {
    listeners.listening(listener);
  }

  @Override
  public @Nullable Object listenerEnter(Object listener) {
    return listeners.enter(listener);
  }

  @Override
  public void listenerExit(Object scope) {
    listeners.exit(scope);
  }

  @Override
  public void prepared(Object statement, String sql) {
    statements.prepared(statement, sql);
  }

  @Override
  public void bound(Object statement, int index, @Nullable Object value) {
    statements.bound(statement, index, value);
  }

  @Override
  public void failed(Throwable failure) {
    Failures.record("bridge", failure);
  }
}
