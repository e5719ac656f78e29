// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a directory as their names and headers tell, without reading a frame or changing
 * a file. A damaged header costs nothing: the name has the first number, the file {@value
 * #IDENTITY} and the other headers have the journal's identity.
 *
 * @param segments oldest first; the newest one's end is not known yet
 */
record Layout(long journalId, List<Segment> segments) {

  static final String IDENTITY = "identity";

  private static final Logger logger = LoggerFactory.getLogger(Layout.class);

  /**
   * Looks at the directory.
   *
   * @throws IOException when it was written by a newer version, or tells no identity
   */
  static Layout of(JournalDisk disk, List<String> names) throws IOException {
    TreeMap<Long, @Nullable SegmentHeader> headers = headers(disk, names);
    SegmentHeader identity = identity(disk, names);
    long journalId = identity == null ? vote(headers) : identity.journalId();
    return new Layout(journalId, segments(disk, headers, journalId));
  }

  /** What the identity file says, or null when it is missing or damaged. */
  static @Nullable SegmentHeader identity(JournalDisk disk, List<String> names) throws IOException {
    return names.contains(IDENTITY)
        ? SegmentHeader.parse(disk.start(IDENTITY, SegmentHeader.BYTES))
        : null;
  }

  /** The header of each segment, null where it is damaged, oldest first. */
  private static TreeMap<Long, @Nullable SegmentHeader> headers(
      JournalDisk disk, List<String> names) throws IOException {
    TreeMap<Long, @Nullable SegmentHeader> headers = new TreeMap<>();
    for (String name : names) {
      long first = Segment.first(name);
      if (first >= 0) {
        SegmentHeader header = SegmentHeader.parse(disk.start(name, SegmentHeader.BYTES));
        if (header != null && header.version() > SegmentHeader.VERSION) {
          throw new IOException(
              name
                  + " has format "
                  + header.version()
                  + ", written by a newer version of the server; this one reads up to "
                  + SegmentHeader.VERSION);
        }
        headers.put(first, header);
      }
    }
    return headers;
  }

  /** The identity that most segments have, or a new one when there is no segment. */
  private static long vote(Map<Long, @Nullable SegmentHeader> headers) throws IOException {
    Map<Long, Integer> votes = new HashMap<>();
    for (Map.Entry<Long, @Nullable SegmentHeader> entry : headers.entrySet()) {
      SegmentHeader header = entry.getValue();
      if (header != null && header.first() == entry.getKey()) {
        votes.merge(header.journalId(), 1, Integer::sum);
      }
    }
    if (votes.isEmpty() && !headers.isEmpty()) {
      throw new IOException("neither " + IDENTITY + " nor any segment's header is readable");
    }
    return votes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseGet(() -> new SecureRandom().nextLong());
  }

  private static List<Segment> segments(
      JournalDisk disk, TreeMap<Long, @Nullable SegmentHeader> headers, long journalId)
      throws IOException {
    List<Segment> segments = new ArrayList<>();
    long previousFirst = -1;
    for (Map.Entry<Long, @Nullable SegmentHeader> entry : headers.entrySet()) {
      long first = entry.getKey();
      SegmentHeader header = own(entry, journalId);
      if (header != null && previousFirst >= 0 && header.previousFirst() != previousFirst) {
        logger.warn("The segment before {} is missing", Segment.name(first));
      }
      segments.add(
          Segment.found(
              journalId,
              first,
              header != null ? header.created() : 0,
              disk.size(Segment.name(first)),
              end(headers.higherEntry(first), journalId, first)));
      previousFirst = first;
    }
    return segments;
  }

  /** Where the frames of a segment end, as the next segment tells. */
  private static long end(
      Map.@Nullable Entry<Long, @Nullable SegmentHeader> next, long journalId, long first) {
    if (next == null) {
      return Long.MAX_VALUE;
    }
    SegmentHeader header = own(next, journalId);
    return header != null && header.previousFirst() == first ? header.previousEnd() : next.getKey();
  }

  /** The header, if it is one of this journal and of the file it was found in. */
  private static @Nullable SegmentHeader own(
      Map.Entry<Long, @Nullable SegmentHeader> entry, long journalId) {
    SegmentHeader header = entry.getValue();
    return header != null && header.journalId() == journalId && header.first() == entry.getKey()
        ? header
        : null;
  }
}
