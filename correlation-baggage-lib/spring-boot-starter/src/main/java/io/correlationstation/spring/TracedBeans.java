// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.traced.TracedMethods;
import java.lang.reflect.Modifier;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;

/**
 * Puts a proxy around each bean that has {@code @Traced}: one of its class where that can be
 * extended, else one of its interfaces. Beans that have a proxy already get an advice more.
 */
final class TracedBeans implements BeanPostProcessor {

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    Class<?> type = AopUtils.getTargetClass(bean);
    if (!TracedMethods.isAnnotated(type)) {
      return bean;
    }
    MethodInterceptor advice = advice(TracedMethods.annotated(type));
    if (bean instanceof Advised advised && !advised.isFrozen()) {
      advised.addAdvice(0, advice);
      return bean;
    }
    ProxyFactory factory = new ProxyFactory(bean);
    factory.setProxyTargetClass(!Modifier.isFinal(type.getModifiers()) && !type.isHidden());
    factory.addAdvice(advice);
    return factory.getProxy(ClassUtils.getDefaultClassLoader());
  }

  private static MethodInterceptor advice(TracedMethods methods) {
    return invocation ->
        methods.call(invocation.getMethod(), invocation.getArguments(), invocation::proceed);
  }
}
