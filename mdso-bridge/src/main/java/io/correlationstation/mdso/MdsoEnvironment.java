// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import io.correlationstation.mdso.MdsoConfig.Auth;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code MDSO_*} variables: names, defaults and checks in one place. A blank value counts as
 * unset. No message repeats a value that may hold a secret.
 */
final class MdsoEnvironment {

  /** The demo's stub reads variables of its own; they are no business of the bridge. */
  private static final String STUB_PREFIX = "MDSO_STUB_";

  private static final List<String> NAMES =
      List.of(
          "MDSO_URL",
          "MDSO_USER",
          "MDSO_PASS",
          "MDSO_ALLOW_INSECURE",
          "MDSO_AUTH",
          "MDSO_TOKEN",
          "MDSO_CA_FILE",
          "MDSO_TYPE_ID_PREFIX",
          "MDSO_CADENCE",
          "MDSO_TIME_RANGE",
          "MDSO_SETTLE_SECONDS",
          "MDSO_RATE_LIMIT",
          "MDSO_MAX_PAGES",
          "MDSO_REQUEST_TIMEOUT_SECONDS",
          "MDSO_MAX_RESPONSE_BYTES",
          "MDSO_ALLOWED_LATENESS",
          "MDSO_RULES",
          "MDSO_LOG_PATHS");

  private static final Map<String, Auth> AUTH_NAMES = authNames();

  private static final Logger logger = LoggerFactory.getLogger(MdsoConfig.class);

  private final Map<String, String> environment;

  MdsoEnvironment(Map<String, String> environment) {
    this.environment = environment;
  }

  @Nullable MdsoConfig parse() {
    requireKnownNames(environment.keySet());
    boolean allowInsecure = flag("MDSO_ALLOW_INSECURE");
    URI url = url(allowInsecure);
    Auth auth = auth();
    @Nullable Duration cadence = cadence();
    Duration timeRange = duration("MDSO_TIME_RANGE", "3h");
    Duration settle = Duration.ofSeconds(whole("MDSO_SETTLE_SECONDS", 120, 0, 31_536_000));
    double rate = rate();
    int maxPages = (int) whole("MDSO_MAX_PAGES", 1000, 1, 1_000_000);
    Duration timeout = Duration.ofSeconds(whole("MDSO_REQUEST_TIMEOUT_SECONDS", 30, 1, 86_400));
    long maxBytes = whole("MDSO_MAX_RESPONSE_BYTES", 64L << 20, 1024, Integer.MAX_VALUE - 8);
    Duration lateness = duration("MDSO_ALLOWED_LATENESS", "15m");
    @Nullable Path caFile = readableFile("MDSO_CA_FILE");
    @Nullable Path rules = readableFile("MDSO_RULES");
    if (url == null) {
      return null;
    }
    requireCredentials(auth);
    if ("http".equals(url.getScheme())) {
      logger.warn("Credentials for {} travel unencrypted: MDSO_ALLOW_INSECURE is true", url);
    }
    return new MdsoConfig(
        url,
        auth,
        auth == Auth.STATIC ? null : value("MDSO_USER"),
        auth == Auth.STATIC ? null : value("MDSO_PASS"),
        auth == Auth.STATIC ? value("MDSO_TOKEN") : null,
        caFile,
        text("MDSO_TYPE_ID_PREFIX", "example.resourceTypes."),
        cadence,
        timeRange,
        settle,
        rate,
        maxPages,
        timeout,
        maxBytes,
        lateness,
        rules,
        logPaths(),
        text("DEPLOYMENT_ENV", "dev"));
  }

  private static void requireKnownNames(Set<String> names) {
    for (String name : names) {
      if (name.startsWith("MDSO_") && !name.startsWith(STUB_PREFIX) && !NAMES.contains(name)) {
        throw new MdsoConfigException(
            "Unknown variable " + name + "; did you mean " + NearestName.of(name, NAMES) + "?");
      }
    }
  }

  private @Nullable URI url(boolean allowInsecure) {
    String text = value("MDSO_URL");
    if (text == null) {
      return null;
    }
    URI url;
    try {
      url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    } catch (URISyntaxException e) {
      // the exception repeats the value, which may hold credentials
      throw wrong("MDSO_URL", "is not a URL; write it as https://mdso.example.com:8443");
    }
    if (url.getUserInfo() != null || (url.getAuthority() != null && url.getHost() == null)) {
      throw wrong(
          "MDSO_URL", "must be scheme, host and port; credentials go to MDSO_USER and MDSO_PASS");
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw wrong("MDSO_URL", "needs https:// and a host, such as https://mdso.example.com:8443");
    }
    if (url.getRawAuthority().endsWith(":")) {
      throw wrong("MDSO_URL", "ends its host with a colon but no port");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw wrong("MDSO_URL", "is a base URL: no query, no fragment");
    }
    if (scheme.equals("http") && !allowInsecure) {
      throw wrong(
          "MDSO_URL", "is plain http; use https:// or set MDSO_ALLOW_INSECURE=true to accept that");
    }
    return url;
  }

  private Auth auth() {
    String text = text("MDSO_AUTH", "tron");
    Auth auth = AUTH_NAMES.get(text.toLowerCase(Locale.ROOT));
    if (auth == null) {
      List<String> names = List.copyOf(AUTH_NAMES.keySet());
      throw wrong(
          "MDSO_AUTH",
          "is none of " + names + "; did you mean " + NearestName.of(text, names) + "?");
    }
    return auth;
  }

  private void requireCredentials(Auth auth) {
    List<String> needed =
        auth == Auth.STATIC ? List.of("MDSO_TOKEN") : List.of("MDSO_USER", "MDSO_PASS");
    for (String name : needed) {
      if (value(name) == null) {
        throw new MdsoConfigException(
            name + " is missing; MDSO_AUTH=" + text("MDSO_AUTH", "tron") + " needs " + needed);
      }
    }
  }

  private @Nullable Duration cadence() {
    return text("MDSO_CADENCE", "1h").equalsIgnoreCase("off")
        ? null
        : duration("MDSO_CADENCE", "1h");
  }

  private Duration duration(String name, String otherwise) {
    Duration duration = Durations.parse(text(name, otherwise));
    if (duration == null) {
      throw wrong(
          name,
          "is no duration; write a number and a unit, such as "
              + (name.equals("MDSO_CADENCE") ? "5s, 1m, 1h, 1d, 1w or off" : "5s, 1m, 1h, 1d, 1w"));
    }
    return duration;
  }

  private long whole(String name, long otherwise, long min, long max) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through: the message is the same
    }
    throw wrong(
        name, "must be a whole number from " + min + " to " + max + ", such as " + otherwise);
  }

  private double rate() {
    String text = text("MDSO_RATE_LIMIT", "5");
    try {
      double rate = Double.parseDouble(text);
      if (rate >= 0.01 && rate <= 100_000) {
        return rate;
      }
    } catch (NumberFormatException e) {
      // falls through: the message is the same
    }
    throw wrong("MDSO_RATE_LIMIT", "must be requests a second from 0.01 to 100000, such as 5");
  }

  private boolean flag(String name) {
    String text = text(name, "false").toLowerCase(Locale.ROOT);
    if (!text.equals("true") && !text.equals("false")) {
      throw wrong(
          name,
          "must be true or false; did you mean "
              + NearestName.of(text, List.of("true", "false"))
              + "?");
    }
    return text.equals("true");
  }

  private @Nullable Path readableFile(String name) {
    String text = value(name);
    if (text == null) {
      return null;
    }
    try {
      Path path = Path.of(text);
      if (Files.isRegularFile(path) && Files.isReadable(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      // falls through: the message is the same
    }
    throw wrong(name, "is not a readable file: " + text);
  }

  private List<String> logPaths() {
    List<String> paths = new ArrayList<>();
    for (String part : text("MDSO_LOG_PATHS", "").split(",")) {
      if (!part.isBlank()) {
        paths.add(part.strip());
      }
    }
    return paths;
  }

  private String text(String name, String otherwise) {
    String value = value(name);
    return value == null ? otherwise : value;
  }

  private @Nullable String value(String name) {
    String value = environment.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static MdsoConfigException wrong(String name, String why) {
    return new MdsoConfigException(name + " " + why);
  }

  private static Map<String, Auth> authNames() {
    Map<String, Auth> names = new LinkedHashMap<>();
    for (Auth auth : Auth.values()) {
      names.put(auth.name().toLowerCase(Locale.ROOT).replace('_', '-'), auth);
    }
    return names;
  }
}
