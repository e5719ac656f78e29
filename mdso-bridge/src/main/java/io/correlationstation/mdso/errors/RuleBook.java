// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import io.correlationstation.mdso.MdsoConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules in force: the shipped ones and those of a file that may change while the bridge runs.
 *
 * <p>{@link #refresh} swaps in a changed file at once or, when it is wrong, keeps the last good
 * rules and says so: once per content in the log, in {@link #refusal}, and to whoever listens.
 * Thread-safe; readers never wait.
 */
public final class RuleBook {

  private static final Logger logger = LoggerFactory.getLogger(RuleBook.class);

  private final @Nullable Path file;
  private final Consumer<Boolean> reloads;
  private volatile RuleSet rules;
  private volatile @Nullable String refusal;
  private @Nullable String loaded;

  private RuleBook(
      @Nullable Path file, RuleSet rules, @Nullable String loaded, Consumer<Boolean> reloads) {
    this.file = file;
    this.rules = rules;
    this.loaded = loaded;
    this.reloads = reloads;
  }

  /** Opens rules that nobody listens to. */
  public static RuleBook open(@Nullable Path file) {
    return open(file, taken -> {});
  }

  /**
   * Opens the shipped rules with the rules of a file added; null for no file.
   *
   * @param reloads told of each changed file: whether it was taken
   * @throws MdsoConfigException when a rule is wrong or the file cannot be read
   */
  public static RuleBook open(@Nullable Path file, Consumer<Boolean> reloads) {
    try {
      String content = file == null ? null : Files.readString(file);
      RuleTester.Report report = RuleTester.test(file == null ? List.of() : List.of(file));
      if (report.rules() == null) {
        throw new MdsoConfigException("MDSO_RULES: " + firstError(report));
      }
      return new RuleBook(file, report.rules(), content, reloads);
    } catch (IOException e) {
      throw new MdsoConfigException("MDSO_RULES cannot be read: " + file);
    }
  }

  /** The rules in force now. */
  public RuleSet rules() {
    return rules;
  }

  /** Why the file as it is now is not in force; null when it is. */
  public @Nullable String refusal() {
    return refusal;
  }

  /** Takes over the file when its content has changed and is right. */
  public synchronized void refresh() {
    if (file == null) {
      return;
    }
    String content;
    RuleTester.Report report;
    try {
      content = Files.readString(file);
      if (Objects.equals(content, loaded)) {
        return;
      }
      report = RuleTester.test(List.of(file));
    } catch (IOException e) {
      if (loaded != null) {
        loaded = null;
        refuse(file + " cannot be read: " + e);
      }
      return;
    }
    loaded = content;
    if (report.rules() == null) {
      refuse(firstError(report));
      return;
    }
    rules = report.rules();
    refusal = null;
    logger.info("Error rules reloaded: {} rules", rules.rules().size());
    reloads.accept(true);
  }

  private void refuse(String why) {
    refusal = why;
    logger.warn("Error rules stay as they were: {}", why);
    reloads.accept(false);
  }

  private static String firstError(RuleTester.Report report) {
    return report.findings().stream()
        .filter(RuleFinding::isError)
        .findFirst()
        .map(RuleFinding::toString)
        .orElse("");
  }
}
