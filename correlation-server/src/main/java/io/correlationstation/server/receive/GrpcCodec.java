// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decompresses gRPC messages with the {@link Codings}, whose limits and strictness then hold. */
final class GrpcCodec implements Decompressor {

  private final String coding;
  private final int limit;
  private final ByteBudget budget;

  private GrpcCodec(String coding, int limit, ByteBudget budget) {
    this.coding = coding;
    this.limit = limit;
    this.budget = budget;
  }

  static DecompressorRegistry registry(int limit, ByteBudget budget) {
    DecompressorRegistry registry = DecompressorRegistry.emptyInstance();
    for (String coding : List.of("gzip", "zstd", "deflate", "snappy")) {
      registry = registry.with(new GrpcCodec(coding, limit, budget), true);
    }
    return registry.with(io.grpc.Codec.Identity.NONE, true);
  }

  @Override
  public String getMessageEncoding() {
    return coding;
  }

  @Override
  public InputStream decompress(InputStream compressed) {
    return new Decoded(compressed);
  }

  /** Decodes at the first read, where the marshaller can tell why it fails. */
  private final class Decoded extends InputStream {

    private final InputStream compressed;
    private final ByteBudget.Lease lease = GrpcInbound.lease(budget);
    private @Nullable ByteArrayInputStream decoded;

    Decoded(InputStream compressed) {
      this.compressed = compressed;
    }

    private ByteArrayInputStream decoded() throws IOException {
      if (decoded == null) {
        try {
          byte[] body = compressed.readAllBytes();
          lease.take(body.length);
          decoded = new ByteArrayInputStream(Codings.decode(List.of(coding), body, limit, lease));
        } catch (Refusal e) {
          throw new GrpcMessage.RefusedStream(e);
        }
      }
      return decoded;
    }

    @Override
    public int read() throws IOException {
      return decoded().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return decoded().read(target, offset, length);
    }

    @Override
    public int available() throws IOException {
      return decoded().available();
    }

    @Override
    public void close() throws IOException {
      lease.close();
      compressed.close();
    }
  }
}
