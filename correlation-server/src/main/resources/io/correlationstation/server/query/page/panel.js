// SPDX-License-Identifier: Apache-2.0
// Details of what was chosen: a span, a log line, or why a handoff is believed.

import * as api from './api.js';
import { formatDuration, formatOffset, formatShare, formatValue, parseTime } from './model.js';
import { h, hueOf } from './dom.js';

const KEYS = ['circuit_id', 'resource_id', 'request_id', 'product_id', 'resource_type_id'];
const MAX_WEIGHT = 8;

/** The panel's content for a span. */
export function spanDetails(journey, span) {
  return [
    h('p', { class: 'eyebrow', 'data-hue': hueOf(span.service) }, h('i', { class: 'swatch' }), `${span.service} · ${span.kind.toLowerCase()}`),
    h('h2', { tabindex: '-1' }, span.name),
    span.failed && h('p', { class: 'alarm' }, h('strong', {}, span.defectCode ?? 'Failed'), ` ${span.statusMessage || failure(span)}`),
    facts([
      ['Starts', `${formatOffset(span.start - journey.start)}`, span.startText],
      ['Takes', formatDuration(span.end - span.start)],
      ['Trace', link(span.traceId)],
      ['Span', h('code', {}, span.spanId)],
    ]),
    attributes('Attributes', span.attributes),
    span.events.length > 0 && [
      h('h3', {}, 'Events'),
      span.events.map((event) => h('details', { class: 'event', open: event.name === 'exception' },
        h('summary', {}, `${formatOffset(parseTime(event.time) - journey.start)} ${event.name}`),
        attributeTable(event.attributes))),
    ],
    span.links.length > 0 && [
      h('h3', {}, 'Links'),
      h('ul', { class: 'plain' }, span.links.map((each) => h('li', {}, link(each.trace_id)))),
    ],
  ];
}

function failure(span) {
  const event = span.events.find((each) => each.name === 'exception');
  return event?.attributes['exception.message'] ?? '';
}

/** The panel's content for a log line or an event. */
export function itemDetails(journey, item) {
  return [
    h('p', { class: 'eyebrow', 'data-hue': hueOf(item.service) }, h('i', { class: 'swatch' }), `${item.service} · ${item.type === 'log' ? 'log' : 'event'}`),
    h('h2', { tabindex: '-1' }, item.title || item.severity || 'Log line'),
    h('pre', { class: item.failed ? 'text failed' : 'text', tabindex: '0' }, item.text),
    facts([
      ['At', formatOffset(item.time - journey.start), new Date(item.time).toISOString()],
      item.severity && ['Severity', item.severity],
      item.traceId ? ['Trace', link(item.traceId)] : ['Joined', item.joinedBy
        ? `by ${item.joinedBy} and its time, ${formatShare(item.joinConfidence)} sure; it carries no trace id`
        : 'to no run: it carries no trace id'],
    ]),
    attributes('Attributes', item.attributes),
  ];
}

/** The panel's content for a handoff; asks the server for all that explains it. */
export async function handoffDetails(journey, id, signal) {
  const why = await api.handoff(id, signal);
  return [
    h('p', { class: 'eyebrow' }, `Handoff · ${why.state}`),
    h('h2', { tabindex: '-1' }, 'Why this link?'),
    h('div', { class: 'ends' },
      end('From', why.parent, journey),
      h('div', { class: 'between', 'aria-hidden': 'true' }, h('span', {}, formatDuration(why.delay_ms))),
      end('To', why.child, journey)),
    meter(why),
    h('h3', {}, 'Evidence'),
    why.evidence.length ? h('ul', { class: 'evidence' }, why.evidence.map(reason)) : h('p', {}, 'None is recorded.'),
    h('h3', {}, 'Rivals'),
    why.rivals.length
      ? h('ol', { class: 'rivals' }, why.rivals.map((rival) => h('li', {},
        h('span', { class: 'share' }, formatShare(rival.confidence)),
        h('span', {}, `${rival.parent.service} `, h('strong', {}, rival.parent.name), ' ', link(rival.parent.trace_id)))))
      : h('p', { class: 'muted' }, 'No other parent was possible.'),
    facts([
      ['Delay', formatDuration(why.delay_ms)],
      ['Decided by', why.method],
      ['Model', why.model_version],
      ['Id', h('code', {}, why.id)],
      why.supersedes && ['Replaces', h('code', {}, why.supersedes)],
      why.superseded_by && ['Replaced by', h('code', {}, why.superseded_by)],
    ]),
    h('h3', {}, 'Is it right?'),
    verdicts(why),
    verdictForm(why),
  ];
}

function verdicts(why) {
  return why.verdicts.length > 0 && h('ul', { class: 'plain verdicts' }, why.verdicts.map((each) => h('li', {},
    h('strong', {}, each.verdict === 'confirm' ? 'Confirmed' : 'Rejected'), ` by ${each.author}`,
    each.reason && `: ${each.reason}`, ' ', h('time', { class: 'muted', datetime: each.time }, each.time.slice(0, 19).replace('T', ' ')))));
}

/** Buttons that confirm or reject, with a reason; the page is drawn again when the server tells of the change. */
function verdictForm(why) {
  const reason = h('input', { type: 'text', id: 'verdict-reason', maxlength: '2000', autocomplete: 'off' });
  const said = h('p', { class: 'muted', role: 'status' });
  const button = (word, label) => h('button', { type: 'button', class: 'quiet', onclick: () => say(word) }, label);
  const buttons = [button('confirm', 'Confirm'), button('reject', 'Reject')];
  async function say(word) {
    buttons.forEach((each) => { each.disabled = true; });
    try {
      await api.verdict(why.id, word, reason.value.trim());
      said.textContent = word === 'confirm' ? 'Confirmed. Thank you.' : 'Rejected. Thank you.';
    } catch (error) {
      said.textContent = error.message;
      buttons.forEach((each) => { each.disabled = false; });
    }
  }
  return h('div', { class: 'verdict' }, h('label', { for: 'verdict-reason' }, 'Reason'), reason, buttons, said);
}

function end(label, span, journey) {
  return h('div', { class: 'end', 'data-hue': hueOf(span.service) },
    h('span', { class: 'label' }, label),
    h('span', { class: 'service' }, h('i', { class: 'swatch' }), span.service),
    h('strong', {}, span.name),
    h('span', { class: 'muted' }, formatOffset(parseTime(span.start) - journey.start)));
}

function meter(why) {
  return h('div', { class: `meter ${why.state}` },
    h('div', { class: 'meter-text' }, h('strong', {}, formatShare(why.confidence)), h('span', {}, ' confidence that this is the right parent')),
    h('div', { class: 'meter-bar', role: 'img', 'aria-label': `Confidence ${formatShare(why.confidence)}` },
      h('i', { style: { width: `${why.confidence * 100}%` } })));
}

function reason(evidence) {
  const speaks = evidence.weight >= 0 ? 'for' : 'against';
  const width = Math.min(1, Math.abs(evidence.weight) / MAX_WEIGHT) * 50;
  return h('li', { class: speaks },
    h('span', { class: 'tag' }, evidence.kind),
    h('span', { class: 'claim' }, h('strong', {}, evidence.key), ' ', h('span', { class: 'value' }, evidence.value)),
    h('span', { class: 'weight', title: 'Natural logarithm of the likelihood ratio' },
      h('i', { style: speaks === 'for' ? { left: '50%', width: `${width}%` } : { right: '50%', width: `${width}%` } }),
      h('span', {}, `${evidence.weight >= 0 ? '+' : '−'}${Math.abs(evidence.weight).toFixed(1)} ${speaks}`)));
}

function facts(rows) {
  return h('dl', { class: 'facts' }, rows.filter(Boolean).map(([name, value, title]) => [h('dt', {}, name), h('dd', { title }, value)]));
}

function attributes(title, values) {
  return Object.keys(values).length > 0 && [h('h3', {}, title), attributeTable(values)];
}

function attributeTable(values) {
  const rank = (name) => {
    const index = KEYS.indexOf(name.replace(/^mdso\./, ''));
    return index < 0 ? KEYS.length : index;
  };
  const names = Object.keys(values).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return h('dl', { class: 'attributes' }, names.map((name) => [
    h('dt', { class: rank(name) < KEYS.length ? 'key' : null }, name),
    h('dd', {}, formatValue(values[name])),
  ]));
}

function link(traceId) {
  return h('a', { class: 'id', href: `/?id=${encodeURIComponent(traceId)}`, title: traceId }, `${traceId.slice(0, 8)}…${traceId.slice(-6)}`);
}
