// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import io.correlationstation.mdso.MdsoConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules in force: the shipped ones and those of a file that may change while the bridge runs.
 *
 * <p>{@link #refresh} swaps in a changed file at once or, when it is wrong, keeps the last good
 * rules and says why. Thread-safe; readers never wait.
 */
public final class RuleBook {

  private static final Logger logger = LoggerFactory.getLogger(RuleBook.class);

  private final @Nullable Path file;
  private final AtomicLong refusedReloads = new AtomicLong();
  private volatile RuleSet rules;
  private @Nullable String loaded;

  private RuleBook(@Nullable Path file, RuleSet rules, @Nullable String loaded) {
    this.file = file;
    this.rules = rules;
    this.loaded = loaded;
  }

  /**
   * Opens the shipped rules with the rules of a file added; null for no file.
   *
   * @throws MdsoConfigException when a rule is wrong or the file cannot be read
   */
  public static RuleBook open(@Nullable Path file) {
    try {
      String content = file == null ? null : Files.readString(file);
      RuleTester.Report report = RuleTester.test(file == null ? List.of() : List.of(file));
      if (report.rules() == null) {
        throw new MdsoConfigException("MDSO_RULES: " + firstError(report));
      }
      return new RuleBook(file, report.rules(), content);
    } catch (IOException e) {
      throw new MdsoConfigException("MDSO_RULES cannot be read: " + file);
    }
  }

  /** The rules in force now. */
  public RuleSet rules() {
    return rules;
  }

  /** How often a changed file was turned down. */
  public long refusedReloads() {
    return refusedReloads.get();
  }

  /** Takes over the file when its content has changed and is right. */
  public synchronized void refresh() {
    if (file == null) {
      return;
    }
    try {
      String content = Files.readString(file);
      if (Objects.equals(content, loaded)) {
        return;
      }
      loaded = content;
      RuleTester.Report report = RuleTester.test(List.of(file));
      if (report.rules() == null) {
        refusedReloads.incrementAndGet();
        logger.warn("Error rules stay as they were: {}", firstError(report));
        return;
      }
      rules = report.rules();
      logger.info("Error rules reloaded: {} rules", rules.rules().size());
    } catch (IOException e) {
      refusedReloads.incrementAndGet();
      logger.warn("Error rules stay as they were: {} cannot be read", file, e);
    }
  }

  private static String firstError(RuleTester.Report report) {
    return report.findings().stream()
        .filter(RuleFinding::isError)
        .findFirst()
        .map(RuleFinding::toString)
        .orElse("");
  }
}
