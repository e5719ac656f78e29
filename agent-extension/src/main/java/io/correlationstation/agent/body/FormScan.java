// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.http.QueryKeys;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/** Finds the named fields of a form, pair by pair; a pair longer than the buffer is passed over. */
final class FormScan extends Scan {

  private final QueryKeys names;
  private final BiConsumer<String, String> found;
  private final byte[] pair = new byte[1024];
  private int length;

  /** Calls {@code found} with key and value. */
  FormScan(QueryKeys names, int maxBytes, BiConsumer<String, String> found) {
    super(maxBytes);
    this.names = names;
    this.found = found;
  }

  @Override
  void accept(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '&') {
        end();
      } else if (length < pair.length) {
        pair[length++] = bytes[i];
      } else {
        length = Integer.MAX_VALUE;
      }
    }
  }

  @Override
  void end() {
    if (length <= pair.length) {
      names.find(new String(pair, 0, length, StandardCharsets.ISO_8859_1), found);
    }
    length = 0;
  }
}
