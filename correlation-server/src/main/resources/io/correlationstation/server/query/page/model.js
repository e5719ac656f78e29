// SPDX-License-Identifier: Apache-2.0
// From the API's documents to what is drawn. Pure: no DOM, no clock, no network.
// Times are milliseconds since the epoch as floating point, exact to a fraction of a microsecond.

const NANO_DIGITS = 9;
const FOLD_WIDTH = 0.045;
const MAX_FOLDS = 6;
const MIN_FOLD_SHARE = 0.04;
const MIN_FOLD_MS = 20;

/** Milliseconds of an RFC 3339 time in UTC with nanoseconds. */
export function parseTime(text) {
  const [whole, rest = ''] = text.replace('Z', '').split('.');
  return Date.parse(`${whole}Z`) + Number(rest.padEnd(NANO_DIGITS, '0').slice(0, NANO_DIGITS)) / 1e6;
}

/** A duration for people: 12 µs, 340 ms, 1.24 s, 2 min 5 s, 3 h 4 min, 2 d 5 h. */
export function formatDuration(ms) {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size === 0) return '0 ms';
  if (size < 0.9995) return `${sign}${Math.round(size * 1000)} µs`;
  if (size < 999.5) return `${sign}${trim(size, size < 10 ? 1 : 0)} ms`;
  if (size < 59_950) return `${sign}${trim(size / 1000, size < 9_950 ? 2 : 1)} s`;
  return sign + twoUnits(Math.round(size / 1000));
}

function trim(value, digits) {
  return String(Number(value.toFixed(digits)));
}

function twoUnits(seconds) {
  const units = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first];
  const rest = units[first + 1];
  const more = rest ? Math.floor((seconds % size) / rest[1]) : 0;
  return `${Math.floor(seconds / size)} ${name}${more ? ` ${more} ${rest[0]}` : ''}`;
}

/** `+1.2 s` after the start of the journey. */
export const formatOffset = (ms) => (ms < 0 ? formatDuration(ms) : `+${formatDuration(ms)}`);

/** `98 %`, and never 100 % for what is not certain. */
export function formatShare(share) {
  const percent = share * 100;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10} %`;
  return `${Math.round(percent)} %`;
}

const keyOf = (traceId, spanId) => `${traceId}/${spanId}`;

/**
 * Everything that the views of one journey need.
 *
 * rows: spans in the order of the story, parents first, across traces over linked handoffs
 * lanes: one per service, in order of appearance
 * steps: workflows and steps in order of their start, as they stand
 * story: logs, events, span events and handoffs in order of time
 */
export function buildJourney(document) {
  const spans = document.spans.filter((span) => !span.synthetic).map(readSpan);
  const byKey = new Map(spans.map((span) => [span.key, span]));
  const handoffs = document.handoffs.map((handoff) => readHandoff(handoff, byKey));
  const rows = arrange(spans, byKey, handoffs);
  const logs = document.logs.map((log) => readLog(log, 'log'));
  const events = document.events.map((log) => readLog(log, 'event'));
  const story = tell(spans, handoffs, logs, events, byKey);
  const start = Math.min(parseTime(document.start), ...spans.map((span) => span.start), ...story.map((item) => item.time));
  const end = Math.max(parseTime(document.end), ...spans.map((span) => span.end), ...story.map((item) => item.time));
  return {
    id: document.id,
    circuitIds: document.circuit_ids,
    state: document.state,
    defectCode: document.defect_code,
    fragments: document.fragments,
    start,
    end,
    spans,
    byKey,
    handoffs,
    rows,
    lanes: lanesOf(rows, story),
    steps: (document.steps ?? []).map(readStep),
    story,
    causes: causesOf(rows),
    hints: hintsOf(document, spans, handoffs),
    syntheticCount: document.spans.length - spans.length,
  };
}

function readSpan(span) {
  return {
    key: keyOf(span.trace_id, span.span_id),
    parentKey: span.parent_span_id ? keyOf(span.trace_id, span.parent_span_id) : null,
    traceId: span.trace_id,
    spanId: span.span_id,
    name: span.name,
    service: span.service,
    kind: span.kind,
    start: parseTime(span.start),
    end: parseTime(span.end),
    startText: span.start,
    failed: span.status === 'ERROR',
    statusMessage: span.status_message,
    defectCode: span.attributes['mdso.defect_code'] ?? null,
    attributes: span.attributes,
    events: span.events,
    links: span.links,
  };
}

function readStep(step) {
  return {
    key: keyOf(step.trace_id, step.span_id),
    name: step.step ?? step.workflow,
    inside: step.step !== null,
    service: step.service,
    state: step.state,
    start: parseTime(step.start),
    end: step.end === null ? null : parseTime(step.end),
    lastSeen: parseTime(step.last_seen),
  };
}

function readHandoff(handoff, byKey) {
  return {
    id: handoff.id,
    fromKey: keyOf(handoff.parent_trace_id, handoff.parent_span_id),
    toKey: keyOf(handoff.child_trace_id, handoff.child_span_id),
    from: byKey.get(keyOf(handoff.parent_trace_id, handoff.parent_span_id)) ?? null,
    to: byKey.get(keyOf(handoff.child_trace_id, handoff.child_span_id)) ?? null,
    fromService: handoff.parent_service,
    toService: handoff.child_service,
    confidence: handoff.confidence,
    state: handoff.state,
    evidence: handoff.evidence,
    delay: handoff.delay_ms,
    method: handoff.method,
  };
}

function readLog(log, type) {
  return {
    type,
    id: log.id,
    time: parseTime(log.timestamp),
    service: log.service,
    severity: log.severity,
    failed: log.severity_number >= 17 || /^(error|fatal|crit)/i.test(log.severity),
    warning: log.severity_number >= 13 && log.severity_number < 17,
    title: log.event_name ?? '',
    text: log.message,
    traceId: log.trace_id,
    joinedBy: log.joined_by,
    joinConfidence: log.join_confidence,
    spanId: log.span_id,
    attributes: log.attributes,
  };
}

/** Pre-order over the forest whose edges are parents within a trace and linked handoffs. */
function arrange(spans, byKey, handoffs) {
  const over = new Map();
  for (const handoff of handoffs) {
    if (handoff.state === 'linked' && handoff.from && handoff.to) over.set(handoff.toKey, handoff);
  }
  const children = new Map();
  const roots = [];
  for (const span of spans) {
    const inTrace = span.parentKey && byKey.get(span.parentKey);
    const parent = inTrace ? span.parentKey : over.get(span.key)?.fromKey;
    if (parent && parent !== span.key) {
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(span);
    } else {
      roots.push(span);
    }
  }
  const rows = [];
  const seen = new Set();
  const visit = (span, depth) => {
    if (seen.has(span.key)) return;
    seen.add(span.key);
    const row = { span, depth, over: span.parentKey && byKey.get(span.parentKey) ? null : over.get(span.key) ?? null, childCount: 0, size: 1 };
    rows.push(row);
    const below = (children.get(span.key) ?? []).sort(byStart);
    row.childCount = below.length;
    const before = rows.length;
    below.forEach((child) => visit(child, depth + 1));
    row.size += rows.length - before;
  };
  roots.sort(byStart).forEach((root) => visit(root, 0));
  spans.forEach((span) => visit(span, 0)); // spans in a circle have no root
  return rows;
}

const byStart = (a, b) => a.start - b.start || b.end - a.end || (a.key < b.key ? -1 : 1);

/** One lane per service; spans that overlap go to lines of their own. */
function lanesOf(rows, story) {
  const lanes = new Map();
  const lane = (service) => {
    if (!lanes.has(service)) lanes.set(service, { service, bars: [], marks: [], lines: 1 });
    return lanes.get(service);
  };
  rows.map((row) => row.span).sort(byStart).forEach((span) => lane(span.service).bars.push({ span, line: 0 }));
  story.filter((item) => item.type !== 'handoff').forEach((item) => lane(item.service).marks.push(item));
  for (const each of lanes.values()) {
    const ends = [];
    for (const bar of each.bars) {
      let line = ends.findIndex((end) => end <= bar.span.start);
      if (line < 0) line = ends.length;
      ends[line] = Math.max(bar.span.end, bar.span.start + 0.001);
      bar.line = line;
    }
    each.lines = Math.max(1, ends.length);
  }
  return [...lanes.values()];
}

function tell(spans, handoffs, logs, events, byKey) {
  const story = [...logs, ...events];
  for (const span of spans) {
    for (const event of span.events) {
      const exception = event.name === 'exception';
      story.push({
        type: 'span-event',
        id: `${span.key}/${event.name}/${event.time}`,
        time: parseTime(event.time),
        service: span.service,
        severity: exception ? 'ERROR' : '',
        failed: exception,
        warning: false,
        title: event.name,
        text: exception ? exceptionText(event.attributes) : attributesText(event.attributes),
        traceId: span.traceId,
        spanId: span.spanId,
        attributes: event.attributes,
      });
    }
  }
  for (const handoff of handoffs) {
    const child = byKey.get(handoff.toKey);
    if (child) {
      story.push({ type: 'handoff', id: handoff.id, time: child.start, service: handoff.toService, handoff, failed: false, warning: false, title: '', text: '' });
    }
  }
  return story.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}

function exceptionText(attributes) {
  const type = attributes['exception.type'];
  const message = attributes['exception.message'] ?? '';
  return type ? `${type}: ${message}` : message;
}

function attributesText(attributes) {
  return Object.entries(attributes).map(([name, value]) => `${name}=${formatValue(value)}`).join('  ');
}

/** A value as one line of text. */
export const formatValue = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Failed spans that no failed span below explains: where it went wrong, earliest first. */
function causesOf(rows) {
  return rows
    .filter((row, index) => row.span.failed && !rows.slice(index + 1, index + row.size).some((below) => below.span.failed))
    .map((row) => row.span)
    .sort((a, b) => a.end - b.end);
}

/** What a reader must know before taking the picture for the whole one. */
function hintsOf(document, spans, handoffs) {
  const hints = [];
  const orphans = document.fragments.filter((fragment) => fragment.root?.parent_span_id);
  for (const fragment of orphans) {
    hints.push(`The parent of ${fragment.root.service} “${fragment.root.name}” never arrived: something before it is missing.`);
  }
  const candidates = handoffs.filter((handoff) => handoff.state === 'candidate');
  if (candidates.length) {
    hints.push(`${candidates.length === 1 ? 'One more handoff is' : `${candidates.length} more handoffs are`} possible but not certain enough to join.`);
  }
  const silent = document.fragments.filter((fragment) => fragment.span_count === 0);
  if (silent.length) {
    hints.push(`${silent.flatMap((fragment) => fragment.services).join(', ')}: only logs, no spans.`);
  }
  if (handoffs.some((handoff) => handoff.state === 'linked' && handoff.from && handoff.to && handoff.to.start < handoff.from.start)) {
    hints.push('A called service seems to start before its caller: their clocks differ. Times are shown as they were sent.');
  }
  if (!document.complete) {
    hints.push('Some spans or logs are no longer kept, or there are more than can be shown.');
  }
  return hints;
}

/**
 * A scale from time to a share of the width (0 to 1) that folds long stretches in which nothing
 * happens. A stretch is idle when no span runs in it, else quiet: something runs, nothing new occurs.
 */
export function scaleOf(journey, folding) {
  const { start, end } = journey;
  const span = Math.max(end - start, 0.001);
  const gaps = folding ? gapsOf(journey, span) : [];
  const folded = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const gapWidth = FOLD_WIDTH;
  const perMs = (1 - gapWidth * gaps.length) / Math.max(span - folded, span * 1e-9);
  const position = (time) => {
    const at = Math.min(Math.max(time, start), end);
    let x = 0;
    let from = start;
    for (const gap of gaps) {
      if (at <= gap.from) break;
      x += (gap.from - from) * perMs;
      const part = at >= gap.to ? 1 : (at - gap.from) / (gap.to - gap.from);
      x += gapWidth * part;
      from = gap.to;
      if (at < gap.to) return x;
    }
    return x + Math.max(0, at - from) * perMs;
  };
  return { start, end, gaps, position, perMs };
}

function gapsOf(journey, total) {
  const points = new Set([journey.start, journey.end]);
  for (const span of journey.spans) points.add(span.start).add(span.end);
  for (const item of journey.story) points.add(item.time);
  const times = [...points].sort((a, b) => a - b);
  const threshold = Math.max(total * MIN_FOLD_SHARE, MIN_FOLD_MS);
  return times
    .slice(1)
    .map((to, index) => ({ from: times[index], to }))
    .filter(({ from, to }) => to - from > threshold)
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MAX_FOLDS)
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => {
      const margin = Math.min((to - from) * 0.04, total * 0.01);
      const running = journey.spans.filter((span) => span.start <= from && span.end >= to);
      return { from: from + margin, to: to - margin, idle: running.length === 0, running: running.map((span) => span.name) };
    });
}

const STEPS = [1, 2, 5];

/** Times for the axis, at least `minShare` of the width apart and outside of folds. */
export function ticksOf(scale, minShare) {
  const wanted = minShare / scale.perMs;
  let step = 10 ** Math.floor(Math.log10(Math.max(wanted, 0.001)));
  step *= STEPS.find((factor) => factor * step >= wanted) ?? 10;
  const ticks = [];
  let last = -1;
  const offer = (time) => {
    const x = scale.position(time);
    const hidden = scale.gaps.some((gap) => time > gap.from && time < gap.to);
    if (!hidden && x - last >= minShare && x < 1 - minShare * 0.6) {
      ticks.push({ x, offset: time - scale.start });
      last = x;
    }
  };
  offer(scale.start);
  const bounds = [scale.start, ...scale.gaps.flatMap((gap) => [gap.from, gap.to]), scale.end];
  for (let i = 0; i < bounds.length; i += 2) {
    const first = Math.ceil((bounds[i] - scale.start) / step);
    const count = Math.min(200, Math.floor((bounds[i + 1] - bounds[i]) / step) + 1);
    for (let n = first; n < first + count; n++) {
      const time = scale.start + n * step;
      if (time <= bounds[i + 1]) offer(time);
    }
  }
  return ticks;
}
