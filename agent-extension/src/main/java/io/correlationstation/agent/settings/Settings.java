// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.List;
import java.util.Map;

/**
 * Everything that can be set with {@code otel.correlation.*}. Immutable; always usable, because a
 * wrong setting is named in {@link #warnings()} and its default taken.
 */
public final class Settings {

  static final String PREFIX = "otel.correlation.";
  static final String ENVIRONMENT_PREFIX = "OTEL_CORRELATION_";

  /** What a JVM takes from its environment. */
  public enum EnvironmentParent {
    NONE,
    KEYS,
    FULL
  }

  private final boolean enabled;
  private final List<KeySettings> keys;
  private final int maxBytes;
  private final List<String> egressAllow;
  private final List<String> egressTopics;
  private final byte[] hmacSecret;
  private final Map<String, String> queryParameters;
  private final List<PathRule> pathRules;
  private final List<JsonRule> jsonRules;
  private final List<JsonRule> responseRules;
  private final List<MessageRule> messageRules;
  private final List<JdbcRule> jdbcRules;
  private final int bodyMaxBytes;
  private final boolean responseHeaders;
  private final EnvironmentParent environmentParent;
  private final List<String> warnings;

  private Settings(SettingValues values, SettingsReader reader) {
    enabled = values.flag("enabled", true);
    keys = reader.keys();
    maxBytes = values.number("max-bytes", 4096, 1, 65_536);
    egressAllow = reader.egressAllow();
    egressTopics = values.list("egress.topics", SettingsReader.ANY);
    hmacSecret = values.file("egress.hmac-secret-file");
    queryParameters = reader.queryParameters();
    pathRules = reader.pathRules();
    jsonRules = reader.jsonRules();
    responseRules = reader.jsonPointers("response-rules");
    messageRules = reader.messageRules();
    jdbcRules = reader.jdbcRules();
    bodyMaxBytes = values.number("body.max-bytes", 65_536, 0, 16 * 1024 * 1024);
    responseHeaders = values.flag("response-headers", true);
    environmentParent = reader.environmentParent();
    warnings = values.finish();
  }

  /** Reads all settings; never throws. */
  public static Settings read(SettingsSource source) {
    SettingValues values = new SettingValues(source);
    return new Settings(values, new SettingsReader(values));
  }

  public boolean enabled() {
    return enabled;
  }

  /** The keys in their order, none twice. */
  public List<KeySettings> keys() {
    return keys;
  }

  /** Most characters that the values of one request may have together. */
  public int maxBytes() {
    return maxBytes;
  }

  /** Host suffixes, CIDR blocks and the words of {@link SettingsReader#DEFAULT_EGRESS}. */
  public List<String> egressAllow() {
    return egressAllow;
  }

  /** Topics and exchanges that keys may go to, {@code *} at the end allowed. */
  public List<String> egressTopics() {
    return egressTopics;
  }

  /** The secret for pseudonyms; empty when there is none. */
  public byte[] hmacSecret() {
    return hmacSecret.clone();
  }

  /** Query parameters and form fields in {@link Names#loose} form, each with the key it holds. */
  public Map<String, String> queryParameters() {
    return queryParameters;
  }

  public List<PathRule> pathRules() {
    return pathRules;
  }

  /** Fields of JSON request bodies, the ones at the top and the ones that rules point at. */
  public List<JsonRule> jsonRules() {
    return jsonRules;
  }

  /** Fields of JSON responses of outgoing calls. */
  public List<JsonRule> responseRules() {
    return responseRules;
  }

  /** Headers and fields of JSON payloads of messages that arrive. */
  public List<MessageRule> messageRules() {
    return messageRules;
  }

  /** Columns whose bound parameters are keys. */
  public List<JdbcRule> jdbcRules() {
    return jdbcRules;
  }

  /** How far a body is read along, in bytes; 0 for not at all. */
  public int bodyMaxBytes() {
    return bodyMaxBytes;
  }

  /** Whether keys and trace id go back in responses. */
  public boolean responseHeaders() {
    return responseHeaders;
  }

  public EnvironmentParent environmentParent() {
    return environmentParent;
  }

  /** One sentence for each setting that is unknown or wrong. */
  public List<String> warnings() {
    return warnings;
  }
}
