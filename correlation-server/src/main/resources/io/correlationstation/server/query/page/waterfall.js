// SPDX-License-Identifier: Apache-2.0
// The spans of a journey as one tree across traces; a handoff is a line of the tree.

import { formatDuration, formatOffset, formatShare } from './model.js';
import { h, hueOf, rove } from './dom.js';

const MAX_INDENT = 12;

/** Draws the tree; `open(kind, id)` is called when a line is chosen. */
export function waterfall(journey, scale, open) {
  const tree = h('div', { class: 'waterfall', role: 'tree', 'aria-label': 'Spans across all traces' });
  const lines = journey.rows.map((row, index) => spanLine(journey, scale, row, index, open));
  journey.rows.forEach((row, index) => {
    if (row.over) tree.append(handoffLine(row, open));
    tree.append(lines[index]);
  });
  (tree.querySelector('[role=treeitem]') ?? tree).setAttribute('tabindex', '0');
  rove(tree, '[role=treeitem]');
  tree.addEventListener('keydown', (event) => onKey(event, tree, journey));
  tree.addEventListener('click', (event) => {
    const toggle = event.target.closest('.toggle');
    if (!toggle) return;
    event.stopPropagation();
    fold(tree, journey, toggle.closest('[role=treeitem]'));
  }, true);
  return tree;
}

function spanLine(journey, scale, row, index, open) {
  const { span } = row;
  const left = scale.position(span.start);
  const width = scale.position(span.end) - left;
  const duration = formatDuration(span.end - span.start);
  return h('div', {
    class: `line${span.failed ? ' failed' : ''}`,
    role: 'treeitem',
    tabindex: '-1',
    'aria-level': String(row.depth + 1),
    'aria-expanded': row.childCount ? 'true' : null,
    'data-index': String(index),
    'data-key': span.key,
    'data-hue': hueOf(span.service),
    onclick: () => open('span', span.key),
    onkeydown: (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        open('span', span.key);
      }
    },
  },
  h('div', { class: 'what', style: { '--depth': String(Math.min(row.depth, MAX_INDENT)) } },
    row.childCount ? h('span', { class: 'toggle', 'aria-hidden': 'true' }) : h('span', { class: 'leaf', 'aria-hidden': 'true' }),
    h('i', { class: 'swatch' }),
    h('span', { class: 'name' }, span.name),
    span.failed && h('span', { class: 'flag' }, span.defectCode ?? 'failed'),
    h('span', { class: 'service' }, span.service)),
  h('div', { class: 'when' },
    h('div', { class: 'bar', style: { left: `${(left * 100).toFixed(4)}%`, width: `${(width * 100).toFixed(4)}%` } }),
    lengthLabel(left, width, duration),
    h('span', { class: 'hidden' }, `, starts at ${formatOffset(span.start - journey.start)}`)));
}

/** Behind the bar, before it when there is no room, or on it when there is none either. */
function lengthLabel(left, width, duration) {
  const percent = (share) => `${(share * 100).toFixed(4)}%`;
  if (left + width <= 0.84) return h('span', { class: 'length', style: { left: percent(left + width) } }, duration);
  if (left >= 0.16) return h('span', { class: 'length', style: { right: percent(1 - left) } }, duration);
  return h('span', { class: 'length on', style: { right: percent(1 - left - width) } }, duration);
}

function handoffLine(row, open) {
  const handoff = row.over;
  const keys = handoff.evidence.filter((reason) => (reason.kind === 'key' || reason.kind === 'alias') && reason.weight > 0).map((reason) => reason.key);
  return h('div', {
    class: 'handoff',
    role: 'treeitem',
    tabindex: '-1',
    'aria-level': String(row.depth + 1),
    'data-handoff': handoff.id,
    onclick: () => open('handoff', handoff.id),
    onkeydown: (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        open('handoff', handoff.id);
      }
    },
  },
  h('div', { class: 'what', style: { '--depth': String(Math.min(row.depth, MAX_INDENT)) } },
    h('span', { class: 'hook', 'aria-hidden': 'true' }),
    h('span', { class: 'hand' }, 'handed over', h('span', { class: 'hidden' }, ` from ${handoff.fromService} to ${handoff.toService}, `)),
    h('span', { class: 'share' }, formatShare(handoff.confidence)),
    keys.length > 0 && h('span', { class: 'by' }, `by ${keys.join(', ')}`),
    h('span', { class: 'why' }, 'Why?')));
}

function onKey(event, tree, journey) {
  const item = event.target.closest('[role=treeitem][aria-expanded]');
  if (!item) return;
  const expanded = item.getAttribute('aria-expanded') === 'true';
  if ((event.key === 'ArrowLeft' && expanded) || (event.key === 'ArrowRight' && !expanded)) {
    event.preventDefault();
    fold(tree, journey, item);
  }
}

/** Shows or hides everything below a line; lines folded further down stay as they are. */
function fold(tree, journey, item) {
  item.setAttribute('aria-expanded', item.getAttribute('aria-expanded') === 'true' ? 'false' : 'true');
  let hiddenBelow = Infinity;
  for (const line of tree.children) {
    const level = Number(line.getAttribute('aria-level'));
    if (level <= hiddenBelow) hiddenBelow = Infinity;
    line.hidden = level > hiddenBelow;
    if (!line.hidden && line.getAttribute('aria-expanded') === 'false') hiddenBelow = level;
  }
}
