// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static java.util.stream.Collectors.toMap;

import io.correlationstation.server.forward.DestinationConfig;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The OTLP receivers that everything is forwarded to. One is called {@code otlp}; several have to
 * be named, because a name is what a receiver's place in the journal hangs on.
 *
 * <pre>
 *   STATION_FORWARD_OTLP_ENDPOINT=https://a.example.com
 *   STATION_FORWARD_OTLP_ENDPOINT=lab=http://10.0.0.1:4318,archive=https://b.example.com
 *   STATION_FORWARD_OTLP_HEADERS=x-team=north,archive:authorization=Bearer …
 * </pre>
 */
final class OtlpReceivers {

  private static final Pattern NAMED = Pattern.compile("([a-z0-9][a-z0-9_-]*)=(.*)");

  /** Names of readers of the journal that are no destinations. */
  private static final Set<String> TAKEN = Set.of("journeys", "stitch");

  private OtlpReceivers() {}

  static List<DestinationConfig> of(Settings settings) {
    List<String> entries = settings.list(Setting.FORWARD_OTLP_ENDPOINT);
    List<DestinationConfig> receivers = new ArrayList<>();
    for (String entry : entries) {
      Matcher named = NAMED.matcher(entry);
      boolean hasName = named.matches();
      if (!hasName && entries.size() > 1) {
        throw wrong("several receivers need names, name=URL: " + Settings.shown(entry));
      }
      String name = hasName ? named.group(1) : "otlp";
      if (TAKEN.contains(name)) {
        throw wrong("the name is taken by a part of the server: " + name);
      }
      receivers.add(receiver(name, hasName ? named.group(2) : entry, settings));
    }
    requireKnownReceivers(settings, receivers);
    return receivers;
  }

  private static DestinationConfig receiver(String name, String url, Settings settings) {
    DestinationConfig receiver;
    try {
      receiver = DestinationConfig.otlp(name, URI.create(url), Map.of());
    } catch (IllegalArgumentException e) {
      throw wrong("expected a URL that starts with http:// or https://: " + Settings.shown(url));
    }
    try {
      return receiver.withHeaders(headers(name, settings));
    } catch (IllegalArgumentException e) {
      throw new SettingException(Setting.FORWARD_OTLP_HEADERS.variable() + ": " + e.getMessage());
    }
  }

  /** Those for every receiver, and over them those for this one. */
  private static Map<String, String> headers(String name, Settings settings) {
    Map<String, String> all = settings.pairs(Setting.FORWARD_OTLP_HEADERS);
    Map<String, String> headers = new HashMap<>();
    all.forEach(
        (key, value) -> {
          if (key.indexOf(':') < 0) {
            headers.put(key, value);
          }
        });
    headers.putAll(
        all.entrySet().stream()
            .filter(header -> header.getKey().startsWith(name + ":"))
            .collect(
                toMap(
                    header -> header.getKey().substring(name.length() + 1), Map.Entry::getValue)));
    return headers;
  }

  private static void requireKnownReceivers(Settings settings, List<DestinationConfig> receivers) {
    List<String> names = receivers.stream().map(DestinationConfig::name).toList();
    Set<String> headers = settings.pairs(Setting.FORWARD_OTLP_HEADERS).keySet();
    if (names.isEmpty() && !headers.isEmpty()) {
      throw new SettingException(
          "%s: there is no receiver they could be for; set %s"
              .formatted(
                  Setting.FORWARD_OTLP_HEADERS.variable(),
                  Setting.FORWARD_OTLP_ENDPOINT.variable()));
    }
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon >= 0 && !names.contains(header.substring(0, colon))) {
        throw new SettingException(
            "%s: there is no receiver %s; known are %s"
                .formatted(
                    Setting.FORWARD_OTLP_HEADERS.variable(), header.substring(0, colon), names));
      }
    }
  }

  private static SettingException wrong(String what) {
    return new SettingException(
        "%s (%s): %s"
            .formatted(
                Setting.FORWARD_OTLP_ENDPOINT.flag(),
                Setting.FORWARD_OTLP_ENDPOINT.variable(),
                what));
  }
}
