// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

class CodingsTest {

  private static final int LIMIT = 1_000_000;

  private final ByteBudget budget = new ByteBudget(100_000_000);
  private final ByteBudget.Lease lease = budget.lease();

  /** Codings with a way to apply them; the framed form of snappy has the same name. */
  enum Coder {
    GZIP("gzip"),
    DEFLATE("deflate"),
    ZSTD("zstd"),
    SNAPPY("snappy"),
    SNAPPY_FRAMED("snappy");

    final String coding;

    Coder(String coding) {
      this.coding = coding;
    }

    byte[] encode(byte[] body) throws IOException {
      if (this == SNAPPY) {
        return Snappy.compress(body);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      OutputStream out =
          switch (this) {
            case GZIP -> new GZIPOutputStream(bytes);
            case DEFLATE -> new DeflaterOutputStream(bytes);
            case ZSTD -> new ZstdOutputStream(bytes);
            default -> new SnappyFramedOutputStream(bytes);
          };
      try (out) {
        out.write(body);
      }
      return bytes.toByteArray();
    }
  }

  static Stream<Arguments> codersAndSizes() {
    return Stream.of(Coder.values())
        .flatMap(
            coder -> Stream.of(0, 1, 1000, 300_000, LIMIT).map(size -> Arguments.of(coder, size)));
  }

  @ParameterizedTest
  @MethodSource("codersAndSizes")
  void decode_R30R40_anySizeUpToTheLimit_isTheSameBytes(Coder coder, int size) throws Exception {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);

    assertThat(decode(coder.coding, coder.encode(body))).isEqualTo(body);
  }

  @ParameterizedTest
  @MethodSource("coders")
  void decode_R40_oneByteOverTheLimit_isTooLarge(Coder coder) throws Exception {
    byte[] body = new byte[LIMIT + 1];
    new Random(1).nextBytes(body);

    assertThat(refusal(coder.coding, coder.encode(body)).kind()).isEqualTo(Refusal.Kind.TOO_LARGE);
  }

  @ParameterizedTest
  @MethodSource("coders")
  void decode_R33_truncatedAnywhere_isBadAndNeverShorter(Coder coder) throws Exception {
    byte[] body = new byte[1500];
    new Random(2).nextBytes(body);
    byte[] encoded = coder.encode(body);

    for (int length = 0; length < encoded.length; length++) {
      byte[] truncated = Arrays.copyOf(encoded, length);
      if (coder == Coder.SNAPPY_FRAMED && wholeFrames(encoded, length)) {
        continue; // a shorter stream of whole frames is a stream
      }
      assertThat(refusal(coder.coding, truncated).kind())
          .as("first %d bytes of %s", length, coder)
          .isEqualTo(Refusal.Kind.BAD_REQUEST);
    }
  }

  @ParameterizedTest
  @MethodSource("coders")
  void decode_trailingBytes_isBad(Coder coder) throws Exception {
    byte[] encoded = coder.encode("the body".getBytes());
    byte[] longer = Arrays.copyOf(encoded, encoded.length + 3);

    assertThat(refusal(coder.coding, longer).kind()).isEqualTo(Refusal.Kind.BAD_REQUEST);
  }

  @ParameterizedTest
  @MethodSource("coders")
  void decode_R33_plainBody_isBad(Coder coder) {
    assertThat(refusal(coder.coding, "no compression at all, none".getBytes()).kind())
        .isEqualTo(Refusal.Kind.BAD_REQUEST);
  }

  @Test
  void decode_R33_gzipWithWrongChecksum_isBad() throws Exception {
    byte[] encoded = Coder.GZIP.encode("the body".getBytes());
    encoded[encoded.length - 6] ^= 1;

    assertThat(refusal("gzip", encoded).text()).contains("checksum");
  }

  @Test
  void decode_R34_gzipOfSeveralMembers_isAllOfThem() throws Exception {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    for (String part : List.of("one ", "", "two ", "three")) {
      members.write(Coder.GZIP.encode(part.getBytes()));
    }

    assertThat(decode("gzip", members.toByteArray())).isEqualTo("one two three".getBytes());
  }

  @Test
  void decode_gzipWithEveryOptionalField_isRead() throws Exception {
    byte[] plain = Coder.GZIP.encode("the body".getBytes());
    ByteArrayOutputStream with = new ByteArrayOutputStream();
    with.write(plain, 0, 3);
    with.write(2 | 4 | 8 | 16);
    with.write(plain, 4, 6);
    with.write(new byte[] {3, 0, 'x', 'y', 'z'}); // extra
    with.write("name\0comment\0".getBytes());
    with.write(new byte[2]); // checksum of the header
    with.write(plain, 10, plain.length - 10);

    assertThat(decode("gzip", with.toByteArray())).isEqualTo("the body".getBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "zstd", "snappy"})
  void decode_R35_emptyBody_isBad(String coding) {
    assertThat(refusal(coding, new byte[0]).kind()).isEqualTo(Refusal.Kind.BAD_REQUEST);
  }

  @ParameterizedTest
  @MethodSource("coders")
  void decode_R42_bomb_isTooLargeAndHoldsLittle(Coder coder) throws Exception {
    byte[] bomb = coder.encode(new byte[50_000_000]);

    assertThat(refusal(coder.coding, bomb).kind()).isEqualTo(Refusal.Kind.TOO_LARGE);

    assertThat(budget.used()).isLessThan(2L * LIMIT);
    lease.close();
    assertThat(budget.used()).isZero();
  }

  /** A copy of what is at the limit already would take as much again, to no purpose. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100_000})
  void decode_R42_gzipJustOverTheLimit_isTooLargeWithoutAnotherCopy(int over) throws Exception {
    int limit = 1 << 20;
    ByteBudget narrow = new ByteBudget(limit + limit / 2 + 1);
    narrow.lease().take(1); // a request alone may take more
    byte[] encoded = Coder.GZIP.encode(new byte[limit + over]);

    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> Codings.decode(List.of("gzip"), encoded, limit, narrow.lease()));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.TOO_LARGE);
  }

  @Test
  void body_heapHasNoRoom_isBusyAndHoldsNothing() {
    GrowingBody body = new GrowingBody(Integer.MAX_VALUE, lease);

    // larger than any array may be
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> body.reserve(Integer.MAX_VALUE));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUSY);
    assertThat(budget.used()).isZero();
  }

  @Test
  void decode_R42_snappyThatClaimsFourGigabytes_isTooLargeBeforeAllocating() {
    byte[] claim = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0};

    assertThat(refusal("snappy", claim).kind()).isEqualTo(Refusal.Kind.TOO_LARGE);
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"26, true", "27, false", "31, false", "41, false"})
  void decode_R37_zstdWithLargeWindow_isRefusedAboveTheLimit(int windowLog, boolean taken)
      throws Exception {
    byte[] frame = {
      0x28,
      (byte) 0xb5,
      0x2f,
      (byte) 0xfd, // magic
      0, // no content size, so that the window counts
      (byte) ((windowLog - 10) << 3),
      0x29,
      0,
      0,
      's',
      'm',
      'a',
      'l',
      'l' // the last block, 5 bytes raw
    };

    if (taken) {
      assertThat(decode("zstd", frame)).isEqualTo("small".getBytes());
    } else {
      assertThat(refusal("zstd", frame).kind()).isEqualTo(Refusal.Kind.BAD_REQUEST);
    }
  }

  @Test
  void decode_gzipOfWhatTelemetryReaches_neverHoldsMoreThanItsSize() throws Exception {
    byte[] plain = new byte[300_000];
    new Random(1).nextBytes(plain);
    ByteBudget exact = new ByteBudget(plain.length + 1);
    exact.lease().take(1); // a request alone may take more

    byte[] decoded =
        Codings.decode(List.of("gzip"), Coder.GZIP.encode(plain), LIMIT, exact.lease());

    assertThat(decoded).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 299_999, 300_001, 5_000_000, -1})
  void decode_R33_gzipThatAnnouncesAnotherLength_isBadAndReservesNoMoreThanUsual(int announced)
      throws Exception {
    byte[] plain = new byte[300_000];
    new Random(1).nextBytes(plain);
    byte[] encoded = Coder.GZIP.encode(plain);
    ByteBuffer.wrap(encoded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(encoded.length - Integer.BYTES, announced);

    assertThat(refusal("gzip", encoded).kind()).isEqualTo(Refusal.Kind.BAD_REQUEST);
    assertThat(budget.used()).isLessThanOrEqualTo(LIMIT + 1L);
  }

  @Test
  void decode_zstdOfSeveralFrames_isAllOfThem() throws Exception {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.write(Zstd.compress("one ".getBytes()));
    frames.write(Zstd.compress("two".getBytes()));

    assertThat(decode("zstd", frames.toByteArray())).isEqualTo("one two".getBytes());
  }

  @Test
  void decode_R36_stacked_isUndoneInReverseOrder() throws Exception {
    byte[] encoded = Coder.ZSTD.encode(Coder.GZIP.encode("the body".getBytes()));

    assertThat(Codings.decode(Codings.parse("gzip, zstd"), encoded, LIMIT, lease))
        .isEqualTo("the body".getBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "GZIP, gzip",
    "x-gzip, gzip",
    "identity, ''",
    "none, ''",
    "'', ''",
    "'gzip,identity', gzip",
    "' Zstd ', zstd",
    "deflate, deflate",
    "snappy, snappy",
    "x-snappy-framed, snappy"
  })
  void parse_R31_names(String header, String expected) throws Exception {
    assertThat(String.join(",", Codings.parse(header))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nosuchcompression", "br", "lz4", "gzip, nosuch", "gzip,gzip,gzip,gzip"})
  void parse_R32_unknown_isUnsupported(String header) {
    assertThat(catchThrowableOfType(Refusal.class, () -> Codings.parse(header)).kind())
        .isEqualTo(Refusal.Kind.UNSUPPORTED);
  }

  @Test
  void decode_noMemoryLeft_isBusy() throws Exception {
    ByteBudget small = new ByteBudget(50_000);
    small.lease().take(1);
    byte[] encoded = Coder.GZIP.encode(new byte[200_000]);

    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> Codings.decode(List.of("gzip"), encoded, LIMIT, small.lease()));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.BUSY);
  }

  static Stream<Coder> coders() {
    return Stream.of(Coder.values());
  }

  private byte[] decode(String coding, byte[] body) throws Refusal {
    return Codings.decode(List.of(coding), body, LIMIT, lease);
  }

  private Refusal refusal(String coding, byte[] body) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> decode(coding, body));
    assertThat(refusal).as("%d bytes as %s", body.length, coding).isNotNull();
    return refusal;
  }

  private static boolean wholeFrames(byte[] encoded, int length) {
    int at = 0;
    while (at < length && at + 4 <= encoded.length) {
      at +=
          4
              + (encoded[at + 1] & 0xff)
              + ((encoded[at + 2] & 0xff) << 8)
              + ((encoded[at + 3] & 0xff) << 16);
    }
    return at == length && length > 0;
  }
}
