// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Looks at the pieces of a body as Reactor Netty hands them to the application: of a request, as
 * under WebFlux, or of a response, as to WebClient. A piece is copied while a key is missing; its
 * indexes and its count of references stay.
 */
final class ReactorBodyInstrumentation implements TypeInstrumentation {

  private final String operations;

  ReactorBodyInstrumentation(String operations) {
    this.operations = operations;
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named(operations);
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("onInboundNext").and(takesArguments(2)).and(takesArgument(1, Object.class)),
        getClass().getName() + "$InboundAdvice");
  }

  /** Woven into {@code onInboundNext(context, message)}. */
  @SuppressWarnings("unused")
  public static final class InboundAdvice {

    private InboundAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static void enter(@Advice.This Object operations, @Advice.Argument(1) Object message) {
      if (!(message instanceof HttpContent)) {
        return;
      }
      Object scan = BodyBridge.bodyEnter(operations);
      if (scan == null) {
        return;
      }
      ByteBuf piece = ((HttpContent) message).content();
      byte[] bytes = new byte[piece.readableBytes()];
      piece.getBytes(piece.readerIndex(), bytes);
      BodyBridge.bodyExit(scan, null, bytes, 0, bytes.length);
      if (message instanceof LastHttpContent) {
        BodyBridge.bodyExit(BodyBridge.bodyEnter(operations), null, -1);
      }
    }
  }
}
