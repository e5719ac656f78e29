// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.correlationstation.mdso.telemetry.SecretMask;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads OTLP in its JSON encoding, by the descriptors of the messages: field names in
 * lowerCamelCase or as in the definition, ids in hexadecimal digits, 64-bit numbers as text or
 * number, enums by number. Unknown fields are passed over. Secrets in texts are masked.
 */
final class OtlpJson {

  private OtlpJson() {}

  /**
   * Fills a message.
   *
   * @throws IOException when a value is not of its field's type
   */
  static void merge(JsonNode json, Message.Builder message) throws IOException {
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      FieldDescriptor field = field(message, member.getKey());
      JsonNode value = member.getValue();
      if (field == null || value.isNull()) {
        continue;
      }
      try {
        if (!field.isRepeated()) {
          message.setField(field, value(value, field, message));
          continue;
        }
        for (JsonNode element : value) {
          message.addRepeatedField(field, value(element, field, message));
        }
      } catch (IllegalArgumentException e) {
        throw new IOException("wrong value for " + field.getFullName(), e);
      }
    }
  }

  private static @Nullable FieldDescriptor field(Message.Builder message, String name) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJsonName().equals(name) || field.getName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static Object value(JsonNode json, FieldDescriptor field, Message.Builder owner)
      throws IOException {
    return switch (field.getJavaType()) {
      case INT -> (int) whole(json);
      case LONG -> whole(json);
      case FLOAT -> (float) Double.parseDouble(json.asText());
      case DOUBLE -> Double.parseDouble(json.asText());
      case BOOLEAN -> Boolean.parseBoolean(json.asText());
      case STRING -> SecretMask.mask(json.asText());
      case BYTE_STRING -> bytes(json.asText(), field.getName());
      case ENUM -> enumValue(json, field);
      case MESSAGE -> {
        Message.Builder nested = owner.newBuilderForField(field);
        merge(json, nested);
        yield nested.build();
      }
    };
  }

  private static long whole(JsonNode json) {
    String text = json.asText();
    return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
  }

  private static ByteString bytes(String text, String name) {
    return ByteString.copyFrom(
        name.endsWith("trace_id") || name.endsWith("span_id")
            ? HexFormat.of().parseHex(text)
            : Base64.getDecoder().decode(text));
  }

  private static EnumValueDescriptor enumValue(JsonNode json, FieldDescriptor field)
      throws IOException {
    EnumValueDescriptor value =
        json.isNumber()
            ? field.getEnumType().findValueByNumberCreatingIfUnknown(json.asInt())
            : field.getEnumType().findValueByName(json.asText());
    if (value == null) {
      throw new IOException("unknown value for " + field.getFullName() + ": " + json.asText());
    }
    return value;
  }
}
