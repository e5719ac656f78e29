// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Random;

/**
 * Messages with random content, made along their descriptors: any field may be there or not, any
 * text and number may be in it. Ids have the right length, since a span without would be rejected.
 */
final class RandomOtlp {

  private static final int MAX_DEPTH = 10;
  private static final String[] KEYS = {
    "service.name", "circuit_id", "resource_id", "db.system", "http.route", "größe", ""
  };

  private final Random random;

  RandomOtlp(long seed) {
    random = new Random(seed);
  }

  Message message(Message prototype) {
    return message(prototype.newBuilderForType(), 0);
  }

  private Message message(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        for (int i = repeats(depth); i > 0; i--) {
          if (depth < MAX_DEPTH || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            builder.addRepeatedField(field, value(builder, field, depth));
          }
        }
      } else if (isId(field) || random.nextInt(3) > 0) {
        boolean taken =
            field.getContainingOneof() != null
                && builder.hasOneof(field.getContainingOneof())
                && field.getRealContainingOneof() != null;
        if (!taken
            && (depth < MAX_DEPTH || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE)) {
          builder.setField(field, value(builder, field, depth));
        }
      }
    }
    return builder.build();
  }

  private int repeats(int depth) {
    return depth < 3 ? 1 + random.nextInt(3) : random.nextInt(3);
  }

  private static boolean isId(FieldDescriptor field) {
    return field.getName().equals("trace_id") || field.getName().equals("span_id");
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextBoolean() ? random.nextInt() : random.nextInt(20);
      case LONG -> random.nextBoolean() ? random.nextLong() : random.nextInt(300);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian() * 1e6;
      case BOOLEAN -> random.nextBoolean();
      case STRING -> field.getName().equals("key") ? key() : text();
      case BYTE_STRING -> bytes(field);
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> message(builder.newBuilderForField(field), depth + 1);
    };
  }

  private String key() {
    return KEYS[random.nextInt(KEYS.length)];
  }

  private String text() {
    int length = random.nextInt(4) == 0 ? 200 : random.nextInt(12);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(
          switch (random.nextInt(8)) {
            case 0 -> 0xe4;
            case 1 -> 0x4e2d;
            case 2 -> 0x1f600;
            case 3 -> random.nextInt(0x20);
            default -> 'a' + random.nextInt(26);
          });
    }
    return text.toString();
  }

  private ByteString bytes(FieldDescriptor field) {
    byte[] bytes =
        new byte
            [switch (field.getName()) {
              case "trace_id" -> 16;
              case "span_id", "parent_span_id" -> 8;
              default -> random.nextInt(20);
            }];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
