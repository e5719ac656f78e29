// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.List;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/**
 * A request's body: arrays back to back, each written to the socket as it is. It has a length, so
 * that the request is not chunked, and can be sent again.
 */
final class PartsEntity extends AbstractHttpEntity {

  private final List<byte[]> parts;
  private final long length;

  PartsEntity(List<byte[]> parts) {
    super((String) null, null);
    this.parts = parts;
    this.length = parts.stream().mapToLong(part -> part.length).sum();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
  }

  @Override
  public InputStream getContent() {
    List<? extends InputStream> streams = parts.stream().map(ByteArrayInputStream::new).toList();
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  @Override
  public long getContentLength() {
    return length;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public void close() {}
}
