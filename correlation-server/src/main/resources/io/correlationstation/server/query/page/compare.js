// SPDX-License-Identifier: Apache-2.0
// How this journey differs from good ones that began alike. Asked for at once when it failed.

import * as api from './api.js';
import { formatDuration, formatOffset } from './model.js';
import { h, hueOf } from './dom.js';

const KINDS = {
  failed: (step) => `failed${step.defect_code ? ` with ${step.defect_code}` : ''}; it succeeded in the others`,
  missing: (step) => `is missing; the others have it at about ${formatOffset(step.offset_ms)}`,
  extra: () => 'happened here only',
  slower: (step) => `took ${formatDuration(step.duration_ms)} instead of ${formatDuration(step.expected_ms)}`,
};

/** A block that fills itself; `view.diff` keeps the answer over a refresh. */
export function comparison(journey, view, open) {
  if (journey.rows.length === 0) return null;
  const body = h('div', { class: 'compare-body' });
  const block = h('section', { class: 'block compare', 'aria-labelledby': 'compare' },
    h('div', { class: 'block-head' }, h('h2', { id: 'compare' }, 'Compared with good runs')), body);
  const show = (diff) => body.replaceChildren(...content(diff, open));
  const ask = async () => {
    body.replaceChildren(h('p', { class: 'none', role: 'status' }, 'Comparing …'));
    try {
      view.diff = await api.diff(journey.id);
      show(view.diff);
    } catch (error) {
      body.replaceChildren(h('p', { class: 'none' }, error.message));
    }
  };
  if (view.diff?.journey_id === journey.id) show(view.diff);
  else if (journey.state === 'failed') ask();
  else body.replaceChildren(h('p', { class: 'none' }, h('button', { type: 'button', class: 'action', id: 'compare-now', onclick: ask }, 'Compare this run')));
  return block;
}

function content(diff, open) {
  const count = diff.baseline.length;
  if (count === 0) return [h('p', { class: 'none' }, 'No good run that began alike is known yet.')];
  if (diff.differences.length === 0) return [h('p', { class: 'none' }, `No step differs from ${count === 1 ? 'the last good run' : `the last ${count} good runs`}.`)];
  const [first] = diff.differences;
  return [
    h('p', { class: 'first' }, `Against ${count === 1 ? 'the last good run' : `the last ${count} good runs`}, it first differs at ${formatOffset(first.offset_ms)}: `,
      h('strong', {}, `${first.service} · ${first.name}`), ` ${KINDS[first.kind](first)}.`),
    h('ul', { class: 'differences' }, diff.differences.map((step) => h('li', { 'data-hue': hueOf(step.service) },
      h('span', { class: 'at' }, formatOffset(step.offset_ms)),
      h('span', { class: `tag ${step.kind}` }, step.kind),
      h('span', { class: 'step' }, h('i', { class: 'swatch' }), ' ', nameOf(step, open), ` ${KINDS[step.kind](step)}`)))),
  ];
}

function nameOf(step, open) {
  const text = `${step.service} · ${step.name}`;
  return step.span_id
    ? h('button', { type: 'button', class: 'link', onclick: () => open('span', `${step.trace_id}/${step.span_id}`) }, text)
    : h('strong', {}, text);
}
