// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.settings.JsonRule;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes keys out of JSON documents by rules, from documents that are there already or from ones
 * that are being read. No more than {@code body.max-bytes} of each is looked at.
 */
public final class JsonKeys {

  private static final byte[] NOTHING = {};

  private final Carrier carrier;
  private final JsonRules rules;
  private final int maxBytes;

  public JsonKeys(Carrier carrier, List<JsonRule> rules) {
    this.carrier = carrier;
    this.rules = new JsonRules(rules);
    this.maxBytes = carrier.settings().bodyMaxBytes();
  }

  /** Starts the reading of a document whose keys go to the request of a context. */
  Scan scan(Context context, Source source) {
    return new JsonScan(
        rules,
        maxBytes,
        carrier.keys().maxLength(),
        (name, value) -> carrier.discover(context, name, value, source));
  }

  /** Looks through a whole document. */
  public void find(byte[] document, Context context, Source source) {
    look(scan(context, source), document);
  }

  /** Looks through a whole document. */
  public void find(CharSequence document, Context context, Source source) {
    Scan scan = scan(context, source);
    look(scan, document.subSequence(0, Math.min(document.length(), maxBytes)));
  }

  private static void look(Scan scan, byte[] document) {
    scan.exit(document, 0, document.length);
    scan.exit(NOTHING, 0, -1);
  }

  /** Shows a scan some characters, of which only ASCII can be part of a key; null is the end. */
  static void look(Scan scan, @Nullable CharSequence text) {
    if (text == null) {
      scan.exit(NOTHING, 0, -1);
    } else {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      scan.exit(bytes, 0, bytes.length);
    }
  }
}
