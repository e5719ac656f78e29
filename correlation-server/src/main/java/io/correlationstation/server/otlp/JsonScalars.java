// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON scalars as the protobuf types they stand for; an {@link ItemFault} when they do not.
 */
final class JsonScalars {

  private static final BigInteger MAX_UNSIGNED_LONG =
      BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger MIN_LONG = BigInteger.valueOf(Long.MIN_VALUE);
  private static final int MAX_DIGITS = 40;
  private static final int MAX_TEXT = 400;

  private final JsonParser parser;
  private final WireWriter out;

  JsonScalars(JsonParser parser, WireWriter out) {
    this.parser = parser;
    this.out = out;
  }

  /** Writes the current token as that field; a default value without presence is left out. */
  void field(Shape.Field field) throws IOException {
    boolean present = field.repeated || field.descriptor.hasPresence();
    switch (field.type) {
      case STRING -> {
        String text = text(field);
        if (present || !text.isEmpty()) {
          out.stringField(field.number, text);
        }
      }
      case BYTES -> bytes(field, field.idBytes > 0 ? id(field) : base64(field));
      default -> {
        long bits = bits(field);
        if (present || bits != 0) {
          out.tag(field.number, field.wireType);
          write(field, bits);
        }
      }
    }
  }

  /** Writes the current token as an element of a packed list. */
  void element(Shape.Field field) throws IOException {
    write(field, bits(field));
  }

  void bytes(Shape.Field field, byte[] value) {
    if (value.length > 0 || field.descriptor.hasPresence()) {
      out.bytesField(field.number, value);
    }
  }

  private void write(Shape.Field field, long bits) {
    switch (field.wireType) {
      case Wire.FIXED64 -> out.fixed64(bits);
      case Wire.FIXED32 -> out.fixed32((int) bits);
      default -> out.varint(bits);
    }
  }

  /** The value as its bits on the wire. */
  private long bits(Shape.Field field) throws IOException {
    return switch (field.type) {
      case BOOL -> bool(field) ? 1 : 0;
      case ENUM -> enumNumber(field);
      case DOUBLE -> Double.doubleToRawLongBits(decimal(field));
      case INT64, SFIXED64 -> integer(field, MIN_LONG, MAX_LONG);
      case UINT64, FIXED64 -> integer(field, BigInteger.ZERO, MAX_UNSIGNED_LONG);
      case INT32 -> integer(field, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case UINT32, FIXED32 -> integer(field, 0, 0xffff_ffffL);
      case SINT32 -> zigzag((int) integer(field, Integer.MIN_VALUE, Integer.MAX_VALUE));
      default -> throw new IllegalStateException("no OTLP field has the type " + field.type);
    };
  }

  private static long zigzag(int value) {
    return (value << 1 ^ value >> 31) & 0xffff_ffffL;
  }

  String text(Shape.Field field) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw fault(field, "is not a string");
    }
    return parser.getText();
  }

  private boolean bool(Shape.Field field) {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw fault(field, "is not a boolean");
    };
  }

  private long enumNumber(Shape.Field field) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      EnumValueDescriptor named = field.descriptor.getEnumType().findValueByName(parser.getText());
      if (named != null) {
        return named.getNumber();
      }
    }
    return integer(field, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private double decimal(Shape.Field field) throws IOException {
    double value =
        switch (parser.currentToken()) {
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
          case VALUE_STRING -> namedDecimal(field, parser.getText());
          default -> throw fault(field, "is not a number");
        };
    if (Double.isInfinite(value) && parser.currentToken() != JsonToken.VALUE_STRING) {
      throw fault(field, "is out of range");
    }
    return value;
  }

  private static double namedDecimal(Shape.Field field, String text) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        double value = exact(field, text).doubleValue();
        if (Double.isInfinite(value)) {
          throw fault(field, "is out of range");
        }
        yield value;
      }
    };
  }

  private long integer(Shape.Field field, long min, long max) throws IOException {
    long value = integer(field, MIN_LONG, MAX_LONG);
    if (value < min || value > max) {
      throw fault(field, "is out of range");
    }
    return value;
  }

  private long integer(Shape.Field field, BigInteger min, BigInteger max) throws IOException {
    BigInteger value =
        switch (parser.currentToken()) {
          case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
          case VALUE_NUMBER_FLOAT, VALUE_STRING -> whole(field, exact(field, parser.getText()));
          default -> throw fault(field, "is not a number");
        };
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw fault(field, "is out of range");
    }
    return value.longValue();
  }

  private static BigDecimal exact(Shape.Field field, String text) {
    try {
      if (text.length() > MAX_TEXT) {
        throw fault(field, "is not a number");
      }
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw fault(field, "is not a number");
    }
  }

  private static BigInteger whole(Shape.Field field, BigDecimal value) {
    // checked first: 1e999999999 or 1e-999999999 as an integer would fill the memory
    if ((long) value.precision() - value.scale() > MAX_DIGITS || value.scale() > MAX_TEXT) {
      throw fault(field, "is out of range");
    }
    try {
      return value.toBigIntegerExact();
    } catch (ArithmeticException e) {
      throw fault(field, "is not a whole number");
    }
  }

  private byte[] id(Shape.Field field) throws IOException {
    byte[] id = hex(text(field));
    if (id == null) {
      throw new ItemFault(Fault.id(field.descriptor.getJsonName() + " is not hexadecimal"));
    }
    return id;
  }

  static byte @Nullable [] hex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private byte[] base64(Shape.Field field) throws IOException {
    String text = text(field).replace('-', '+').replace('_', '/');
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw fault(field, "is not base64");
    }
  }

  private static ItemFault fault(Shape.Field field, String what) {
    return new ItemFault(Fault.value(field.descriptor.getJsonName(), what));
  }
}
