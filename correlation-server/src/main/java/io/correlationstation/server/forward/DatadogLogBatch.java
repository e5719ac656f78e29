// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Signal;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries for Datadog's logs API, each a JSON object. */
record DatadogLogBatch(@Nullable String tenant, List<byte[]> entries, int bytes) implements Batch {

  static DatadogLogBatch of(@Nullable String tenant, List<byte[]> entries) {
    int bytes = 2;
    for (byte[] entry : entries) {
      bytes += entry.length + 1;
    }
    return new DatadogLogBatch(tenant, List.copyOf(entries), bytes);
  }

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public int items() {
    return entries.size();
  }

  @Override
  public List<Batch> halves() {
    if (entries.size() < 2) {
      return List.of();
    }
    int middle = entries.size() / 2;
    return List.of(
        of(tenant, entries.subList(0, middle)),
        of(tenant, entries.subList(middle, entries.size())));
  }

  @Override
  public DeadLetter.Encoding encoding() {
    return DeadLetter.Encoding.DATADOG_LOGS;
  }

  @Override
  public byte[] payload() {
    ByteArrayOutputStream array = new ByteArrayOutputStream(bytes);
    char separator = '[';
    for (byte[] entry : entries) {
      array.write(separator);
      array.writeBytes(entry);
      separator = ',';
    }
    array.write(']');
    return array.toByteArray();
  }
}
