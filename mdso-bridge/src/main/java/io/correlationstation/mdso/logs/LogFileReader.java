// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a log file from a position on, counting bytes.
 *
 * <p>A line ends with LF or CRLF; bytes that are no UTF-8 become U+FFFD; of a line longer than
 * {@value #MAX_LINE} bytes the rest is left out. A last line without an end is not read, as its
 * writer may be in the middle of it, unless the caller says that the file is at rest.
 */
final class LogFileReader implements AutoCloseable {

  static final int HEAD_BYTES = 256;

  private static final int MAX_LINE = 1 << 20;

  private final InputStream in;
  private final boolean atRest;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long offset;

  private LogFileReader(InputStream in, long offset, boolean atRest) {
    this.in = in;
    this.offset = offset;
    this.atRest = atRest;
  }

  static LogFileReader open(Path file, long offset, boolean atRest) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      channel.position(offset);
      return new LogFileReader(
          new BufferedInputStream(Channels.newInputStream(channel), 1 << 16), offset, atRest);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The next line without its end; null when there is no whole one. */
  @Nullable String next() throws IOException {
    line.reset();
    long read = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      read++;
      if (b == '\n') {
        offset += read;
        return text();
      }
      if (line.size() < MAX_LINE) {
        line.write(b);
      }
    }
    if (atRest && read > 0) {
      offset += read;
      return text();
    }
    return null;
  }

  private String text() {
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Where the first line begins that was not read. */
  long offset() {
    return offset;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** The first bytes of a file as text. */
  static String head(Path file, int bytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
    }
  }

  /** SHA-256 of the first bytes of a file, in hexadecimal digits. */
  static String headHash(Path file, int bytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(in.readNBytes(bytes));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
