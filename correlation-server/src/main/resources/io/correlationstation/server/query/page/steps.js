// SPDX-License-Identifier: Apache-2.0
// Workflows and their steps by what they told of themselves; a running or lost one has no span yet.

import { formatDuration, formatOffset } from './model.js';
import { h, hueOf } from './dom.js';

const STATES = { running: 'Running', completed: 'Completed', failed: 'Failed', lost: 'Lost' };

/** How a journey, a workflow or a step stands, as a mark with its word. */
export const stateBadge = (state) => h('span', { class: `state ${state}` }, h('i', { 'aria-hidden': 'true' }), STATES[state]);

/** The block of all steps in order of their start; null when no workflow told anything. */
export function steps(journey, open) {
  if (!journey.steps.length) return null;
  return h('section', { class: 'block', 'aria-labelledby': 'steps' },
    h('div', { class: 'block-head' }, h('h2', { id: 'steps' }, 'Workflow steps'), h('span', { class: 'count' }, summary(journey.steps))),
    h('ol', { class: 'steps' }, journey.steps.map((step) => line(journey, step, open))));
}

function summary(all) {
  return Object.keys(STATES)
    .map((state) => [all.filter((step) => step.state === state).length, state])
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`)
    .join(', ');
}

function line(journey, step, open) {
  return h('li', { class: step.inside ? 'inside' : null, 'data-hue': hueOf(step.service) },
    h('span', { class: 'at' }, formatOffset(step.start - journey.start)),
    stateBadge(step.state),
    h('span', { class: 'step' }, h('i', { class: 'swatch' }), ' ', nameOf(journey, step, open), h('span', { class: 'muted' }, ` ${step.service}, ${timeOf(journey, step)}`)));
}

function nameOf(journey, step, open) {
  return journey.byKey.has(step.key)
    ? h('button', { type: 'button', class: 'link', onclick: () => open('span', step.key) }, step.name)
    : h('strong', {}, step.name);
}

function timeOf(journey, step) {
  if (step.end !== null) return formatDuration(step.end - step.start);
  const heard = `last heard of at ${formatOffset(step.lastSeen - journey.start)}`;
  return step.state === 'lost' ? `${heard}; its process may have died` : heard;
}
