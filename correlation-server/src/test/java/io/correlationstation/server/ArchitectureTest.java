// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of the design: they point inwards, and nothing but the wiring knows everything. */
class ArchitectureTest {

  private static final String ROOT = "io.correlationstation.server";

  private final JavaClasses server =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void stitch_importsTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".stitch")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".stitch",
            "java.lang..",
            "java.util..",
            "java.nio",
            "java.nio.charset",
            "java.security",
            "java.time",
            "org.jspecify.annotations")
        .check(server);
  }

  @Test
  void stitch_C05_readsNoClockAndStartsNoThread() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".stitch")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .check(server);
  }

  @Test
  void javalin_isKnownToReceiveAndQueryAndTheWiringOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT, ROOT + ".receive..", ROOT + ".query..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.javalin..")
        .check(server);
  }

  @Test
  void journal_knowsNoOtherFeature() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".journal..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT,
            ROOT + ".receive..",
            ROOT + ".otlp..",
            ROOT + ".stitch..",
            ROOT + ".journey..",
            ROOT + ".forward..",
            ROOT + ".query..",
            ROOT + ".demo..")
        .check(server);
  }

  @Test
  void readersOfTheJournal_knowNothingOfEachOther() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".forward..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".journey..", ROOT + ".query..", ROOT + ".receive..")
        .check(server);
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".journey..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".forward..", ROOT + ".query..", ROOT + ".receive..")
        .check(server);
  }

  @Test
  void receive_knowsNoReaderOfTheJournal() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".receive..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".stitch..", ROOT + ".journey..", ROOT + ".forward..", ROOT + ".query..")
        .check(server);
  }

  @Test
  void query_readsJourneysAndTheStitchersValuesOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".query..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".stitch.live..", ROOT + ".forward..", ROOT + ".receive..", ROOT + ".journal..")
        .check(server);
  }

  @Test
  void stitchWorker_knowsNoOtherReaderOfTheJournal() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".stitch.live..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".journey..", ROOT + ".forward..", ROOT + ".query..", ROOT + ".receive..")
        .check(server);
  }

  @Test
  void features_formNoCycle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(server);
  }

  @Test
  void wiring_isUsedByNoFeature() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT)
        .check(server);
  }
}
