// SPDX-License-Identifier: Apache-2.0
// Logs, events and handoffs of all services in one list, in order of time.

import { formatOffset, formatShare } from './model.js';
import { h, hueOf, rove } from './dom.js';

const FIRST_ITEMS = 200;
const FILTERS = [
  ['all', 'Everything', () => true],
  ['logs', 'Logs', (item) => item.type === 'log'],
  ['events', 'Events', (item) => item.type === 'event' || item.type === 'span-event'],
  ['errors', 'Errors', (item) => item.failed],
];

/** Draws the list with its filters; `view` keeps the choices over a refresh. */
export function story(journey, view, open) {
  const list = h('ol', { class: 'story' });
  const count = h('span', { class: 'count', role: 'status' });
  const draw = () => {
    const [, , keep] = FILTERS.find(([name]) => name === view.filter) ?? FILTERS[0];
    const words = view.text.toLowerCase();
    const items = journey.story.filter((item) => keep(item) && matches(item, words));
    const shown = view.all ? items : items.slice(0, FIRST_ITEMS);
    list.replaceChildren(...shown.map((item) => line(journey, item, open)));
    (list.querySelector('button') ?? list).setAttribute('tabindex', '0');
    if (items.length > shown.length) {
      list.append(h('li', { class: 'more' }, h('button', { type: 'button', onclick: () => { view.all = true; draw(); } }, `Show ${items.length - shown.length} more`)));
    }
    if (items.length === 0) list.append(h('li', { class: 'none' }, 'Nothing matches.'));
    count.textContent = `${items.length} of ${journey.story.length}`;
  };
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' },
    FILTERS.map(([name, label, keep]) => h('button', {
      type: 'button',
      'aria-pressed': String(view.filter === name),
      onclick: (event) => {
        view.filter = name;
        chips.querySelectorAll('button').forEach((chip) => chip.setAttribute('aria-pressed', String(chip === event.currentTarget)));
        draw();
      },
    }, label, h('span', { class: 'number' }, String(journey.story.filter(keep).length)))));
  const text = h('input', {
    type: 'search',
    id: 'story-text',
    placeholder: 'Text',
    'aria-label': 'Only lines with this text',
    autocomplete: 'off',
    oninput: (event) => { view.text = event.currentTarget.value; draw(); },
  });
  text.value = view.text;
  rove(list, 'button.entry');
  draw();
  return h('div', {}, h('div', { class: 'filters' }, chips, text, count), list);
}

function matches(item, words) {
  return !words || `${item.service} ${item.title} ${item.text} ${item.severity ?? ''}`.toLowerCase().includes(words);
}

function line(journey, item, open) {
  const offset = formatOffset(item.time - journey.start);
  if (item.type === 'handoff') {
    const { handoff } = item;
    return h('li', { 'data-hue': hueOf(handoff.toService) },
      h('button', { type: 'button', class: `entry handoff ${handoff.state}`, tabindex: '-1', 'data-handoff': handoff.id, onclick: () => open('handoff', handoff.id) },
        h('span', { class: 'at' }, offset),
        h('span', { class: 'who' }, h('i', { class: 'swatch' }), handoff.toService),
        h('span', { class: 'said' }, h('span', { class: 'tag' }, handoff.state === 'linked' ? 'handoff' : handoff.state),
          ` ${handoff.fromService} → ${handoff.toService}, ${formatShare(handoff.confidence)} sure`)));
  }
  return h('li', { 'data-hue': hueOf(item.service) },
    h('button', { type: 'button', class: `entry ${item.type}${item.failed ? ' failed' : item.warning ? ' warning' : ''}`, tabindex: '-1', 'data-item': item.id, onclick: () => open('item', item.id) },
      h('span', { class: 'at' }, offset),
      h('span', { class: 'who' }, h('i', { class: 'swatch' }), item.service),
      h('span', { class: 'said' },
        item.severity && (item.failed || item.warning) && h('span', { class: 'tag severity' }, item.severity),
        item.title && h('span', { class: 'tag' }, item.title),
        h('span', { class: 'message' }, item.text),
        !item.traceId && h('span', { class: 'tag loose', title: 'Has no trace id: joined by its keys and its time' }, 'by key and time'))));
}
