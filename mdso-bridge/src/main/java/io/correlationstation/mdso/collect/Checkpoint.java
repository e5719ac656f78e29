// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.correlationstation.mdso.collect.CheckpointState.Pending;
import io.correlationstation.mdso.collect.CheckpointState.ProductState;
import io.correlationstation.mdso.collect.CheckpointState.Seen;
import io.correlationstation.mdso.collect.CheckpointState.SentTrace;
import io.correlationstation.mdso.errors.ErrorLedger;
import io.correlationstation.mdso.logs.FilePosition;
import io.correlationstation.mdso.logs.LogImport;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.tracelog.MappedTrace.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the collection got and what was sent, in {@code mdso-checkpoint.json}.
 *
 * <p>The counts of errors are kept in it too: together with what was sent they are exact after a
 * crash, and one file has one state.
 *
 * <p>The order that makes it at-least-once: the sink acknowledges, then {@link #markSent}, then
 * {@link #save}. A crash in between sends the same bytes again. {@code save} writes a temporary
 * file beside it, forces it, renames it over the old one and forces the folder. A file that cannot
 * be read is put aside unchanged, and everything in the time range is collected again.
 *
 * <p>Shape: some 12 bytes per span and record that was sent, for {@value #KEPT_DAYS} days after the
 * last of its trace; a hundred bytes per resource that was updated within the overlap. Thread-safe.
 */
final class Checkpoint implements LogImport.Positions {

  static final String FILE = "mdso-checkpoint.json";

  private static final int KEPT_DAYS = 7;

  private static final Logger logger = LoggerFactory.getLogger(Checkpoint.class);
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, new InstantWriter())
                  .addDeserializer(Instant.class, new InstantReader()))
          .build();

  private final Path file;
  private final Clock clock;
  private final ErrorLedger errors;
  private final Map<String, ProductState> products = new LinkedHashMap<>();
  private final Map<String, SentTrace> traces = new HashMap<>();
  private final Map<String, FilePosition> files = new HashMap<>();
  private boolean changed;

  private Checkpoint(Path file, Clock clock, ErrorLedger errors) {
    this.file = file;
    this.clock = clock;
    this.errors = errors;
  }

  /**
   * Opens the checkpoint of a folder.
   *
   * @param errors takes up what was counted, and is kept with everything else
   * @throws IOException when the folder cannot be made or a corrupt file not be put aside
   */
  static Checkpoint open(Path folder, Clock clock, ErrorLedger errors) throws IOException {
    Files.createDirectories(folder);
    Checkpoint checkpoint = new Checkpoint(folder.resolve(FILE), clock, errors);
    if (Files.exists(checkpoint.file)) {
      checkpoint.load();
    }
    return checkpoint;
  }

  private void load() throws IOException {
    try {
      CheckpointState state = MAPPER.readValue(file.toFile(), CheckpointState.class);
      if (state == null || state.version() != CheckpointState.VERSION) {
        throw new JsonMappingException(null, "not version " + CheckpointState.VERSION);
      }
      products.putAll(state.products());
      traces.putAll(state.traces());
      files.putAll(state.files());
      if (state.errors() != null) {
        errors.restore(state.errors());
      }
    } catch (JsonProcessingException | RuntimeException e) {
      products.clear();
      traces.clear();
      files.clear();
      Path aside = file.resolveSibling(FILE + ".corrupt-" + clock.millis());
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
      logger.warn("The checkpoint cannot be read; it is now {}, collecting anew", aside, e);
    }
  }

  synchronized @Nullable Instant watermark(String product) {
    return state(product).watermark();
  }

  /** Whether this state of a resource was dealt with before. */
  synchronized boolean isSeen(String product, MdsoResource resource) {
    Seen seen = state(product).seen().get(resource.id());
    return seen != null
        && resource.revision() <= seen.revision()
        && (resource.revision() > 0
            || java.util.Objects.equals(resource.updatedAt(), seen.updatedAt()));
  }

  synchronized @Nullable Pending pending(String product, String resourceId) {
    return state(product).pending().get(resourceId);
  }

  /** Resources to look at again that a listing did not hold. */
  synchronized Map<String, Pending> pendingBeside(String product, Set<String> listed) {
    Map<String, Pending> rest = new LinkedHashMap<>(state(product).pending());
    rest.keySet().removeAll(listed);
    return rest;
  }

  /** This state of the resource needs no more work. */
  synchronized void done(String product, MdsoResource resource) {
    ProductState state = state(product);
    state.pending().remove(resource.id());
    state.seen().put(resource.id(), new Seen(resource.revision(), resource.updatedAt()));
    changed = true;
  }

  /** The resource is to be looked at again. */
  synchronized void lookAgain(String product, MdsoResource resource, Instant notBefore) {
    ProductState state = state(product);
    state.seen().put(resource.id(), new Seen(resource.revision(), resource.updatedAt()));
    state.pending().put(resource.id(), new Pending(resource, notBefore));
    changed = true;
  }

  /** A whole listing is done: everything up to the watermark is known. */
  synchronized void advance(String product, Instant watermark, Instant keepFrom) {
    ProductState state = state(product);
    state.seen().values().removeIf(seen -> isBefore(seen.updatedAt(), keepFrom));
    products.put(product, new ProductState(watermark, state.seen(), state.pending()));
    changed = true;
  }

  private static boolean isBefore(@Nullable Instant updatedAt, Instant keepFrom) {
    return updatedAt != null && updatedAt.isBefore(keepFrom);
  }

  /** What was sent of a trace; empty when nothing was. */
  synchronized SentIds sent(String traceId) {
    SentTrace sent = traces.get(traceId);
    return sent == null ? SentIds.NONE : SentIds.of(sent.spans(), sent.records());
  }

  /**
   * These spans and records of a trace were acknowledged. The failures among what is new are
   * counted in the same step, so that a crash forgets both or neither.
   */
  synchronized void markSent(String traceId, SentIds sent, List<Failure> failures) {
    traces.put(traceId, new SentTrace(sent.spanBytes(), sent.recordBytes(), clock.instant()));
    for (Failure each : failures) {
      errors.add(each.verdict(), each.product(), each.text(), each.time());
    }
    changed = true;
  }

  @Override
  public synchronized @Nullable FilePosition of(String path) {
    return files.get(path);
  }

  @Override
  public synchronized Map<String, FilePosition> all() {
    return Map.copyOf(files);
  }

  @Override
  public synchronized void read(String path, FilePosition position) {
    files.put(path, position);
    changed = true;
  }

  /** Forgets all other files: they are gone. */
  synchronized void keepOnly(Set<Path> existing) {
    changed |= files.keySet().removeIf(path -> !existing.contains(Path.of(path)));
  }

  /** Writes the state when it has changed. */
  synchronized void save() throws IOException {
    if (!changed) {
      return;
    }
    Instant oldest = clock.instant().minus(Duration.ofDays(KEPT_DAYS));
    traces.values().removeIf(trace -> trace.touched().isBefore(oldest));
    Path temporary = file.resolveSibling(FILE + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      restrictToOwner(temporary);
      OutputStream out = Channels.newOutputStream(channel);
      MAPPER
          .writer()
          .without(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
          .writeValue(
              out,
              new CheckpointState(
                  CheckpointState.VERSION, products, traces, files, errors.saved()));
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder();
    changed = false;
  }

  /** Circuits and resources are nobody else's business. */
  private static void restrictToOwner(Path path) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Makes the rename durable where folders can be forced. */
  private void forceFolder() {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      logger.debug("The folder of the checkpoint cannot be forced here", e);
    }
  }

  private ProductState state(String product) {
    return products.computeIfAbsent(
        product, name -> new ProductState(null, new HashMap<>(), new LinkedHashMap<>()));
  }

  /** Ids of spans and keys of records, as sets. */
  record SentIds(Set<Long> spans, Set<Long> records) {

    static final SentIds NONE = new SentIds(Set.of(), Set.of());

    static SentIds of(byte[] spans, byte[] records) {
      return new SentIds(longs(spans), longs(records));
    }

    byte[] spanBytes() {
      return bytes(spans);
    }

    byte[] recordBytes() {
      return bytes(records);
    }

    private static Set<Long> longs(byte[] bytes) {
      Set<Long> values = new java.util.LinkedHashSet<>();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.remaining() >= Long.BYTES) {
        values.add(buffer.getLong());
      }
      return values;
    }

    private static byte[] bytes(Set<Long> values) {
      ByteBuffer buffer = ByteBuffer.allocate(values.size() * Long.BYTES);
      values.forEach(buffer::putLong);
      return buffer.array();
    }
  }

  private static final class InstantWriter extends StdSerializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantWriter() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(value.toString());
    }
  }

  private static final class InstantReader extends StdDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      try {
        return Instant.parse(parser.getText());
      } catch (DateTimeException e) {
        throw JsonMappingException.from(parser, "no instant: " + parser.getText(), e);
      }
    }
  }
}
