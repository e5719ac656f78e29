// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set on the bridge.
 *
 * @param url base URL of the orchestrator, without credentials, query or fragment
 * @param user null for {@link Auth#STATIC}
 * @param password null for {@link Auth#STATIC}
 * @param token the fixed token; null unless {@link Auth#STATIC}
 * @param caFile PEM file of trusted certificates; null trusts what the JDK trusts
 * @param typeIdPrefix put before the type id suffix of each product type
 * @param cadence time between scheduled collections; null means none
 * @param timeRange how far the first collection, or a refill, reaches back
 * @param settle a resource that stands still this long is exported though it is not terminal
 * @param requestsPerSecond limit of the calls to the orchestrator
 * @param maxPages a listing longer than this is aborted
 * @param requestTimeout of one exchange, its body included
 * @param maxResponseBytes of one answer
 * @param allowedLateness how late spans of the orchestrator may arrive at the correlator
 * @param rules file of error rules added to the shipped ones; null for none
 * @param logPaths files, folders or globs of log files
 * @param deploymentEnvironment value of {@code deployment.environment}
 */
public record MdsoConfig(
    URI url,
    Auth auth,
    @Nullable String user,
    @Nullable String password,
    @Nullable String token,
    @Nullable Path caFile,
    String typeIdPrefix,
    @Nullable Duration cadence,
    Duration timeRange,
    Duration settle,
    double requestsPerSecond,
    int maxPages,
    Duration requestTimeout,
    long maxResponseBytes,
    Duration allowedLateness,
    @Nullable Path rules,
    List<String> logPaths,
    String deploymentEnvironment) {

  /** How the bridge authenticates. */
  public enum Auth {
    /** JSON login at {@code /tron/api/v1/tokens}. */
    TRON,
    /** The same login with a form as body. */
    TRON_FORM,
    /** Password grant at {@code /tron/api/v1/oauth2/tokens}. */
    OAUTH2,
    /** A token that someone else made; the bridge never deletes it. */
    STATIC
  }

  public MdsoConfig {
    requireNonNull(url, "url");
    requireNonNull(auth, "auth");
    requireNonNull(typeIdPrefix, "typeIdPrefix");
    requirePositive(timeRange, "timeRange");
    requirePositive(requestTimeout, "requestTimeout");
    requirePositive(allowedLateness, "allowedLateness");
    if (cadence != null) {
      requirePositive(cadence, "cadence");
    }
    if (settle.isNegative()) {
      throw new MdsoConfigException("settle < 0: " + settle);
    }
    if (!(requestsPerSecond > 0)) {
      throw new MdsoConfigException("requestsPerSecond <= 0: " + requestsPerSecond);
    }
    if (maxPages < 1) {
      throw new MdsoConfigException("maxPages < 1: " + maxPages);
    }
    if (maxResponseBytes < 1 || maxResponseBytes > Integer.MAX_VALUE - 8) {
      throw new MdsoConfigException("maxResponseBytes out of range: " + maxResponseBytes);
    }
    if (auth == Auth.STATIC ? token == null : user == null || password == null) {
      throw new MdsoConfigException("credentials missing for auth " + auth);
    }
    logPaths = List.copyOf(logPaths);
  }

  /**
   * Reads the {@code MDSO_*} variables (and {@code DEPLOYMENT_ENV}). Variables of the demo's stub,
   * {@code MDSO_STUB_*}, are not looked at.
   *
   * @return null when {@code MDSO_URL} is not set: the bridge is off
   * @throws MdsoConfigException on an unknown variable or a wrong value, with the bridge off too
   */
  public static @Nullable MdsoConfig fromEnvironment(Map<String, String> environment) {
    return new MdsoEnvironment(environment).parse();
  }

  /** {@link #timeRange} as the settings write it, such as {@code 3h}. */
  public String timeRangeText() {
    return Durations.text(timeRange);
  }

  /** Without user, password and token. */
  @Override
  public String toString() {
    return "MdsoConfig[url="
        + url
        + ", auth="
        + auth
        + ", cadence="
        + cadence
        + ", timeRange="
        + timeRange
        + ", settle="
        + settle
        + ", requestsPerSecond="
        + requestsPerSecond
        + "]";
  }

  private static void requirePositive(Duration value, String name) {
    requireNonNull(value, name);
    if (value.isZero() || value.isNegative()) {
      throw new MdsoConfigException(name + " <= 0: " + value);
    }
  }
}
