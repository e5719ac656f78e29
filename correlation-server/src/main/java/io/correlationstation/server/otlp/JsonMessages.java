// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.correlationstation.server.otlp.Shape.Role;
import java.io.IOException;

/** One conversion of a JSON request: walks the tokens along the {@link Shape} and writes. */
final class JsonMessages {

  /** Protobuf parsers refuse more than 100 nested messages, so what is kept stays below. */
  static final int MAX_DEPTH = 100;

  private final JsonParser parser;
  private final WireWriter out;
  private final JsonScalars scalars;
  private final Faults faults = new Faults();
  private int items;

  JsonMessages(JsonParser parser, int expectedBytes) {
    this.parser = parser;
    this.out = new WireWriter(expectedBytes);
    this.scalars = new JsonScalars(parser, out);
  }

  OtlpJson.Converted request(Shape request) throws IOException, MalformedOtlpException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new MalformedOtlpException("not a JSON object");
    }
    boolean recognized = container(request, 0);
    if (parser.nextToken() != null) {
      throw new MalformedOtlpException("something follows the JSON object");
    }
    return new OtlpJson.Converted(out.toByteArray(), items, faults.rejected(), recognized);
  }

  /**
   * Converts the container whose object just started. A fault in one of its parts costs all of its
   * items.
   *
   * @return false when it has members and knows none of them
   */
  private boolean container(Shape shape, int depth) throws IOException, MalformedOtlpException {
    int begun = out.size();
    int itemsBefore = items;
    Fault fault = null;
    int members = 0;
    int known = 0;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Shape.Field field = shape.field(parser.currentName());
      members++;
      if (field == null) {
        skipValue();
        continue;
      }
      known++;
      JsonStreamContext here = parser.getParsingContext();
      parser.nextToken();
      try {
        containerField(field, depth);
      } catch (ItemFault e) {
        leaveTo(here);
        fault = e.fault().in(shape.name);
      }
    }
    if (fault != null) {
      faults.add(fault, items - itemsBefore);
      items = itemsBefore;
      out.truncate(begun);
    }
    return known > 0 || members == 0;
  }

  private void containerField(Shape.Field field, int depth)
      throws IOException, MalformedOtlpException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (field.message == null || field.message.role == Role.PART) {
      value(field, depth);
      return;
    }
    if (!field.repeated) {
      nestedContainer(field, field.message, depth);
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new MalformedOtlpException(field.descriptor.getJsonName() + " is not an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (field.message.role == Role.ITEM) {
        item(field, field.message, depth);
      } else {
        nestedContainer(field, field.message, depth);
      }
    }
  }

  private void nestedContainer(Shape.Field field, Shape shape, int depth)
      throws IOException, MalformedOtlpException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new MalformedOtlpException(field.descriptor.getJsonName() + " is not an object");
    }
    int begun = out.begin(field.number);
    container(shape, depth + 1);
    out.end(begun);
  }

  private void item(Shape.Field field, Shape shape, int depth) throws IOException {
    int before = out.size();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      faults.add(Fault.value(shape.name, "is not an object"), 1);
      return;
    }
    JsonStreamContext outside = parser.getParsingContext().getParent();
    try {
      nested(field, shape, depth);
      items++;
    } catch (ItemFault e) {
      out.truncate(before);
      leaveTo(outside);
      faults.add(e.fault().in(shape.name), 1);
    }
  }

  /** Reads on to the end of whatever is open below that context. */
  private void leaveTo(JsonStreamContext context) throws IOException {
    while (parser.getParsingContext() != context) {
      if (parser.nextToken() == null) {
        return;
      }
    }
  }

  private void skipValue() throws IOException {
    parser.nextToken();
    parser.skipChildren();
  }

  private void nested(Shape.Field field, Shape shape, int depth) throws IOException {
    if (depth + 1 > MAX_DEPTH) {
      throw new ItemFault(Fault.depth(MAX_DEPTH));
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new ItemFault(Fault.value(field.descriptor.getJsonName(), "is not an object"));
    }
    int begun = out.begin(field.number);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Shape.Field inner = shape.field(parser.currentName());
      if (inner == null) {
        skipValue();
      } else {
        parser.nextToken();
        member(shape, inner, depth + 1);
      }
    }
    out.end(begun);
  }

  private void member(Shape shape, Shape.Field field, int depth) throws IOException {
    if (field.idBytes > 0 && shape == Shape.LOG_RECORD) {
      logId(field);
    } else {
      value(field, depth);
    }
  }

  /** A record without a usable id is still a record: what was sent stays as an attribute. */
  private void logId(Shape.Field field) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    String text = scalars.text(field);
    byte[] id = JsonScalars.hex(text);
    if (id != null && (id.length == field.idBytes || id.length == 0)) {
      scalars.bytes(field, id);
    } else {
      LogRepair.keepAsAttribute(out, field.descriptor.getName(), text);
    }
  }

  private void value(Shape.Field field, int depth) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (!field.repeated) {
      single(field, depth);
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new ItemFault(Fault.value(field.descriptor.getJsonName(), "is not an array"));
    }
    boolean packed = field.descriptor.isPackable();
    int begun = packed ? out.begin(field.number) : 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (packed) {
        scalars.element(field);
      } else {
        single(field, depth);
      }
    }
    if (packed) {
      out.end(begun);
    }
  }

  private void single(Shape.Field field, int depth) throws IOException {
    if (field.message != null) {
      nested(field, requireNonNull(field.message), depth);
    } else {
      scalars.field(field);
    }
  }
}
