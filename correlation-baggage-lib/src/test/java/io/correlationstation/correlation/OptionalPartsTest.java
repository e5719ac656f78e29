// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The library where what it can work with is missing. */
class OptionalPartsTest {

  private static final Pattern SDK = Pattern.compile("opentelemetry-(sdk|exporter)");
  private static final Pattern OTHERS = Pattern.compile("kafka|amqp|logback|reactor|slf4j");

  @Test
  void library_withoutSdk_doesNothingAndSaysSo() throws Exception {
    assertThat(run(NoSdkProbe.class, SDK)).isEqualTo("NONE");
  }

  @Test
  void library_withSdkAndNoneOfTheOthers_tracesAllTheSame() throws Exception {
    assertThat(run(SdkOnlyProbe.class, OTHERS))
        .isEqualTo("[Repository.get, Query.GetCircuit, reserve, order]");
  }

  @Test
  void optionalParts_areTouchedByTheirOwnPackagesOnly() {
    JavaClasses library =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.correlationstation.correlation");

    noClasses()
        .that()
        .resideOutsideOfPackage("..logging..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ch.qos.logback..", "org.slf4j..")
        .check(library);
    noClasses()
        .that()
        .resideOutsideOfPackage("..messaging..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..", "com.rabbitmq..")
        .check(library);
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("Reactor")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("reactor..")
        .check(library);
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("Sdk")
        .and()
        .haveSimpleNameNotStartingWith("KeysOn")
        .and()
        .haveSimpleNameNotStartingWith("SecondDestination")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.opentelemetry.sdk..", "io.opentelemetry.exporter..")
        .check(library);
  }

  /** Calls {@code run} of a probe in a class loader that lacks some jars. */
  private static String run(Class<?> probe, Pattern missing) throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!missing.matcher(Path.of(entry).getFileName().toString()).find()) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      return (String) loader.loadClass(probe.getName()).getMethod("run").invoke(null);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
