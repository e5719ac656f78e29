// SPDX-License-Identifier: Apache-2.0
// The overview: a lane per service, bars for spans, arcs for handoffs, folds for quiet time.
// It repeats what the list below it says, so it is hidden from screen readers.

import { formatDuration, formatOffset, formatShare, ticksOf } from './model.js';
import { h, hueOf, s } from './dom.js';

const LINE_HEIGHT = 26;
const LANE_PADDING = 10;
const MAX_LINES = 6;
const MIN_TICK_PX = 84;

/** Draws the journey; `open(kind, id)` is called when something is clicked. */
export function timeline(journey, scale, open) {
  const percent = (time) => `${(scale.position(time) * 100).toFixed(4)}%`;
  const lanes = journey.lanes.map((lane) => laneOf(lane, percent, scale, open));
  const overlay = s('svg', { class: 'arcs' });
  const labels = h('div', { class: 'arc-labels' });
  const axis = h('div', { class: 'axis' });
  const folds = scale.gaps.map((gap) =>
    h('div', { class: `fold ${gap.idle ? 'idle' : 'quiet'}`, title: foldTitle(gap), style: { left: percent(gap.from), width: `calc(${percent(gap.to)} - ${percent(gap.from)})` } },
      h('span', {}, formatDuration(gap.to - gap.from))));
  const root = h('div', { class: 'timeline', 'aria-hidden': 'true' },
    h('div', { class: 'tracks' }, h('div', { class: 'fold-layer' }, folds), axis, lanes, overlay, labels));
  new ResizeObserver(() => layOut(root, journey, scale, overlay, labels, axis, open)).observe(root);
  return root;
}

function foldTitle(gap) {
  const length = formatDuration(gap.to - gap.from);
  return gap.idle ? `${length} in which nothing ran` : `${length} in which nothing new happened; running: ${gap.running.slice(0, 3).join(', ')}`;
}

function laneOf(lane, percent, scale, open) {
  const lines = Math.min(lane.lines, MAX_LINES);
  const bars = lane.bars.map(({ span, line }) => {
    const left = scale.position(span.start);
    const width = scale.position(span.end) - left;
    return h('div', {
      class: `bar${span.failed ? ' failed' : ''}`,
      'data-key': span.key,
      title: `${span.name} · ${formatDuration(span.end - span.start)}`,
      style: { left: percent(span.start), width: `${(width * 100).toFixed(4)}%`, top: `${LANE_PADDING + Math.min(line, MAX_LINES - 1) * LINE_HEIGHT}px` },
      onclick: () => open('span', span.key),
    }, h('span', {}, span.name));
  });
  const marks = lane.marks.map((item) =>
    h('i', { class: `mark ${item.failed ? 'failed' : item.type}`, title: `${item.title || item.text}`.slice(0, 200), style: { left: percent(item.time) }, onclick: () => open('item', item.id) }));
  return h('div', { class: 'lane', 'data-hue': hueOf(lane.service) },
    h('div', { class: 'lane-name' }, h('i', { class: 'swatch' }), h('span', {}, lane.service)),
    h('div', { class: 'track', style: { height: `${lines * LINE_HEIGHT + LANE_PADDING * 2}px` } }, bars, marks));
}

/** Everything that depends on pixels: ticks, arcs and their labels. */
function layOut(root, journey, scale, overlay, labels, axis, open) {
  const tracks = root.querySelector('.tracks').getBoundingClientRect();
  const track = root.querySelector('.track');
  if (!track || tracks.width === 0) return;
  const trackBox = track.getBoundingClientRect();
  overlay.setAttribute('viewBox', `0 0 ${tracks.width} ${tracks.height}`);
  root.style.setProperty('--track-left', `${trackBox.left - tracks.left}px`);
  axis.replaceChildren(...ticksOf(scale, MIN_TICK_PX / trackBox.width).map((tick) =>
    h('span', { class: 'tick', style: { left: `${tick.x * 100}%` } }, formatOffset(tick.offset))));
  for (const bar of root.querySelectorAll('.bar')) {
    bar.classList.toggle('narrow', bar.offsetWidth < 44);
  }
  for (const fold of root.querySelectorAll('.fold')) {
    fold.classList.toggle('narrow', fold.offsetWidth < 34);
  }
  const arcs = journey.handoffs.map((handoff) => arc(root, tracks, trackBox, scale, handoff)).filter(Boolean);
  overlay.replaceChildren(arrowHead(), ...arcs.map(({ handoff, path }) =>
    s('path', { class: `arc ${handoff.state}`, d: path, 'marker-end': 'url(#arrow)' })));
  labels.replaceChildren(...arcs.map(({ handoff, x, y }) =>
    h('span', { class: `arc-label ${handoff.state}`, style: { left: `${x}px`, top: `${y}px` }, title: 'Why this handoff?', onclick: () => open('handoff', handoff.id) }, formatShare(handoff.confidence))));
}

function arrowHead() {
  return s('defs', {}, s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: '7', refY: '4', markerWidth: '7', markerHeight: '7', orient: 'auto-start-reverse' },
    s('path', { d: 'M0 0.6 7.4 4 0 7.4z' })));
}

/** From the parent's bar, at the moment of the handoff, to the start of the child's bar. */
function arc(root, tracks, trackBox, scale, handoff) {
  const from = handoff.from && root.querySelector(`.bar[data-key="${handoff.fromKey}"]`);
  const to = handoff.to && root.querySelector(`.bar[data-key="${handoff.toKey}"]`);
  if (!from || !to) return null;
  const moment = Math.min(Math.max(handoff.to.start, handoff.from.start), handoff.from.end);
  const left = trackBox.left - tracks.left;
  const fromBox = from.getBoundingClientRect();
  const toBox = to.getBoundingClientRect();
  const down = toBox.top >= fromBox.top;
  const x1 = left + scale.position(moment) * trackBox.width;
  const y1 = (down ? fromBox.bottom : fromBox.top) - tracks.top;
  const x2 = left + scale.position(handoff.to.start) * trackBox.width;
  const y2 = toBox.top + toBox.height / 2 - tracks.top;
  const bend = Math.max(18, Math.min(90, Math.abs(x2 - x1) * 0.5));
  const steep = Math.abs(x2 - x1) < 24;
  const path = steep
    ? `M${x1} ${y1} C${x1 - 26} ${y1 + (y2 - y1) * 0.4} ${x2 - 34} ${y2} ${x2 - 2} ${y2}`
    : `M${x1} ${y1} C${x1} ${y1 + (y2 - y1) * 0.7} ${x2 - bend} ${y2} ${x2 - 2} ${y2}`;
  const middle = steep ? { x: (x1 + x2) / 2 - 22, y: y1 + (y2 - y1) * 0.55 } : { x: x1 + (x2 - x1) * 0.3, y: y1 + (y2 - y1) * 0.66 };
  return { handoff, path, x: Math.max(20, middle.x), y: middle.y };
}
