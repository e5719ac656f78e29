// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/**
 * A request's body: pieces of arrays back to back, each written to the socket as it is. It has a
 * length, so that the request is not chunked, and can be sent again.
 */
final class PartsEntity extends AbstractHttpEntity {

  private final List<ByteBuffer> parts;
  private final long length;

  /**
   * @param parts on arrays of the heap
   */
  PartsEntity(List<ByteBuffer> parts) {
    super((String) null, null);
    this.parts = parts;
    this.length = parts.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    for (ByteBuffer part : parts) {
      out.write(part.array(), start(part), part.remaining());
    }
  }

  @Override
  public InputStream getContent() {
    List<? extends InputStream> streams =
        parts.stream()
            .map(part -> new ByteArrayInputStream(part.array(), start(part), part.remaining()))
            .toList();
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  /** Where a part's bytes begin in its array. */
  static int start(ByteBuffer part) {
    return part.arrayOffset() + part.position();
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
