// SPDX-License-Identifier: Apache-2.0
// The pages that main can show.

import * as api from './api.js';
import { comparison } from './compare.js';
import { formatDuration, formatShare, parseTime, scaleOf } from './model.js';
import { assignHues, h, hueOf } from './dom.js';
import { stateBadge, steps } from './steps.js';
import { story } from './story.js';
import { timeline } from './timeline.js';
import { waterfall } from './waterfall.js';

const plural = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many ?? `${one}s`}`;

function clock(ms) {
  return new Date(ms).toLocaleString(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** The start page: what it is for, and what happened lately. */
export function landing(journeys) {
  assignHues([...new Set(journeys.flatMap((journey) => journey.services))]);
  return h('div', { class: 'landing' },
    h('section', { class: 'hero' },
      h('h1', {}, 'One order, many traces. ', h('em', {}, 'One journey.')),
      h('p', {}, 'Paste any id into the search above: a circuit, a resource, a request or a trace. You see the whole run over every service it went through, even where no trace context survived.')),
    h('section', { class: 'recent', 'aria-labelledby': 'recent' },
      h('h2', { id: 'recent' }, 'Recent journeys'),
      journeys.length ? h('ul', { class: 'cards' }, journeys.map(card)) : nothingYet()));
}

function nothingYet() {
  return h('div', { class: 'empty' },
    h('p', {}, 'Nothing has arrived yet. Send OTLP to this server, or run the demo, and journeys appear here by themselves.'),
    h('pre', { tabindex: '0' }, './station demo'));
}

function card(journey) {
  const start = parseTime(journey.start);
  const id = journey.circuit_ids[0];
  return h('li', {}, h('a', { class: `card ${journey.state}`, href: id ? `/?id=${encodeURIComponent(id)}&journey=${journey.id}` : `/?id=${journey.id}` },
    h('span', { class: 'card-top' }, stateBadge(journey.state), journey.defect_code && h('span', { class: 'defect' }, journey.defect_code), h('time', { datetime: journey.start }, clock(start))),
    h('strong', { class: 'circuit' }, id ?? 'No circuit known'),
    h('span', { class: 'root' }, journey.root_name ?? 'logs only'),
    h('span', { class: 'services' }, journey.services.map((service) => h('span', { class: 'service', 'data-hue': hueOf(service) }, h('i', { class: 'swatch' }), service))),
    h('span', { class: 'numbers' }, `${formatDuration(parseTime(journey.end) - start)} · ${plural(journey.fragment_count, 'trace')} · ${plural(journey.span_count, 'span')}${journey.error_count ? ` · ${plural(journey.error_count, 'error')}` : ''}`)));
}

/** One journey with everything about it. */
export function journeyPage({ circuit, journey, view, open, choose, redraw }) {
  const scale = scaleOf(journey, view.folding);
  return h('article', { class: 'journey' },
    head(circuit, journey),
    runs(circuit, journey, choose),
    causes(journey, open),
    hints(journey),
    steps(journey, open),
    comparison(journey, view, open),
    h('section', { class: 'block', 'aria-labelledby': 'timeline' },
      h('div', { class: 'block-head' }, h('h2', { id: 'timeline' }, 'Timeline'), foldSwitch(view, scale, redraw)),
      timeline(journey, scale, open)),
    journey.rows.length > 0 && h('section', { class: 'block', 'aria-labelledby': 'spans' },
      h('div', { class: 'block-head' }, h('h2', { id: 'spans' }, 'Spans'), h('span', { class: 'count' }, `${plural(journey.rows.length, 'span')} in ${plural(journey.fragments.length, 'trace')}`)),
      waterfall(journey, scale, open)),
    h('section', { class: 'block', 'aria-labelledby': 'story' },
      h('div', { class: 'block-head' }, h('h2', { id: 'story' }, 'Logs and events')),
      journey.story.length ? story(journey, view, open) : h('p', { class: 'none' }, 'No log and no event belongs to this journey.')));
}

function head(circuit, journey) {
  const linked = journey.handoffs.filter((handoff) => handoff.state === 'linked');
  return h('header', { class: 'journey-head' },
    h('p', { class: 'eyebrow' }, circuit ? 'Circuit' : 'Journey'),
    h('div', { class: 'title' }, journey.fragments.length > 0 && h('span', { class: 'actions' },
      h('a', { class: 'action', href: api.evidencePath(journey.id), download: `journey-${journey.id}.json`, title: 'Spans, logs, handoffs with their evidence, and the comparison in one file' }, 'Export evidence')),
    h('h1', {}, circuit?.circuit_id ?? journey.circuitIds[0] ?? journey.id.slice(0, 12)),
      stateBadge(journey.state), journey.defectCode && h('span', { class: 'defect' }, journey.defectCode)),
    h('p', { class: 'facts-line' },
      h('span', {}, clock(journey.start)),
      h('span', {}, formatDuration(journey.end - journey.start)),
      h('span', {}, plural(journey.lanes.length, 'service')),
      h('span', {}, plural(journey.fragments.length, 'trace')),
      linked.length > 0 && h('span', {}, `${plural(linked.length, 'handoff')}, the weakest ${formatShare(Math.min(...linked.map((handoff) => handoff.confidence)))} sure`)),
    circuit && circuit.aliases.length > 0 && aliases(circuit, journey));
}

/** Other ids of the circuit; those of this journey come first and are always shown. */
function aliases(circuit, journey) {
  const own = new Set(journey.fragments.flatMap((fragment) => Object.values(fragment.keys).flat()));
  const sorted = [...circuit.aliases].sort((a, b) => own.has(b.value) - own.has(a.value));
  const first = Math.max(4, Math.min(8, sorted.filter((alias) => own.has(alias.value)).length));
  const chip = (alias) => h('a', { class: 'alias', href: `/?id=${encodeURIComponent(alias.value)}` }, h('span', {}, alias.key), alias.value);
  const rest = sorted.slice(first);
  return h('div', { class: 'aliases' }, sorted.slice(0, first).map(chip),
    rest.length > 0 && h('details', {}, h('summary', {}, `${rest.length} more ids`), rest.map(chip)));
}

/** The other runs on the circuit. */
function runs(circuit, journey, choose) {
  const all = circuit?.journeys ?? [];
  if (all.length < 2) return null;
  return h('nav', { class: 'runs', 'aria-label': 'Runs on this circuit' },
    circuit.older_journeys && h('span', { class: 'muted' }, 'older runs …'),
    all.map((run) => {
      const loose = run.fragments.length === 0;
      const start = parseTime(run.start);
      return h('button', {
        type: 'button',
        class: `run ${run.state}`,
        id: `run-${run.id}`,
        disabled: loose,
        'aria-current': run.id === journey.id ? 'true' : null,
        title: loose ? 'Logs that belong to no run for sure' : null,
        onclick: () => choose(run.id),
      }, h('i', { 'aria-hidden': 'true' }), h('span', {}, loose ? plural(run.logs.length + run.events.length, 'unclaimed log') : new Date(start).toLocaleTimeString()),
      h('span', { class: 'hidden' }, `, ${run.state}`), run.defect_code && h('span', { class: 'code' }, run.defect_code));
    }));
}

function causes(journey, open) {
  if (!journey.causes.length) return null;
  const [first, ...others] = journey.causes;
  return h('section', { class: 'causes', 'aria-label': 'What went wrong' },
    [first, ...others.slice(0, 4)].map((span) => h('button', { type: 'button', onclick: () => open('span', span.key) },
      h('span', { class: 'defect' }, span.defectCode ?? 'Error'),
      h('span', { class: 'cause' }, h('strong', {}, `${span.service} · ${span.name}`), h('span', {}, reasonOf(span))))),
    others.length > 4 && h('p', {}, `and ${others.length - 4} more failed spans`));
}

function reasonOf(span) {
  const exception = span.events.find((event) => event.name === 'exception');
  return exception?.attributes['exception.message'] ?? span.statusMessage ?? '';
}

function hints(journey) {
  if (!journey.hints.length) return null;
  return h('section', { class: 'hints', 'aria-label': 'What may be missing' },
    h('h2', {}, 'This may not be the whole picture'),
    h('ul', {}, journey.hints.map((hint) => h('li', {}, hint))));
}

function foldSwitch(view, scale, redraw) {
  if (view.folding && scale.gaps.length === 0) return null;
  return h('label', { class: 'switch' },
    h('input', { type: 'checkbox', id: 'folding', checked: view.folding, onchange: (event) => { view.folding = event.currentTarget.checked; redraw(); } }),
    h('span', {}, 'Fold quiet time'));
}

/** A circuit of which only logs without a trace are known. */
export function looseOnly(circuit, view, build, open) {
  const [run] = circuit.journeys;
  const journey = build({ ...run, spans: [], complete: true });
  assignHues(journey.lanes.map((lane) => lane.service));
  return h('article', { class: 'journey' },
    head(circuit, journey),
    h('section', { class: 'hints' }, h('h2', {}, 'Only logs so far'), h('p', {}, 'No span of this circuit has arrived. Its logs wait here for the run they belong to.')),
    h('section', { class: 'block', 'aria-labelledby': 'story' }, h('div', { class: 'block-head' }, h('h2', { id: 'story' }, 'Logs and events')), story(journey, view, open)));
}

/** The id leads nowhere. */
export function notFound(id) {
  return h('section', { class: 'message' },
    h('h1', {}, 'Nothing is known by this id'),
    h('p', {}, h('code', {}, id)),
    h('p', {}, 'It may be spelled differently, older than what is kept, or still on its way: this page shows it as soon as something arrives.'),
    h('p', {}, h('a', { href: '/?' }, 'See recent journeys')));
}

/** The server does not answer. */
export function problem(error, again) {
  return h('section', { class: 'message', role: 'alert' },
    h('h1', {}, 'This did not work'),
    h('p', {}, error.message),
    h('p', {}, h('button', { type: 'button', onclick: again }, 'Try again')));
}

/** Shown while the first answer is on its way. */
export function skeleton(id) {
  return h('div', { class: 'skeleton', role: 'status' }, h('span', { class: 'hidden' }, id ? `Looking for ${id}` : 'Loading'),
    h('i', { class: 'wide' }), h('i', {}), h('i', { class: 'tall' }), h('i', { class: 'tall' }));
}
