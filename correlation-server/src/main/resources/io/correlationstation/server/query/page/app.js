// SPDX-License-Identifier: Apache-2.0
// What is shown follows the address: /?id=…[&journey=…][&span=…|&handoff=…|&item=…]

import * as api from './api.js';
import { assignHues, h } from './dom.js';
import { landing, notFound, problem, skeleton, journeyPage, looseOnly } from './views.js';
import { buildJourney } from './model.js';
import { handoffDetails, itemDetails, spanDetails } from './panel.js';

const REFRESH_MS = 400;
const main = document.getElementById('main');
const panel = document.getElementById('panel');
const input = document.getElementById('id');

const shown = { id: '', circuit: null, journey: null, view: newView() };
let loading = null;
let refresh = 0;
let chosenFrom = null;

function newView() {
  return { filter: 'all', text: '', all: false, folding: true };
}

const address = () => new URLSearchParams(location.search);

function go(parameters, replace) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
  history[replace ? 'replaceState' : 'pushState'](null, '', query ? `/?${query}` : '/');
}

/** Shows what the address says; `quietly` keeps what is on screen until the answer is there. */
async function show(quietly) {
  loading?.abort();
  const control = new AbortController();
  loading = control;
  const id = address().get('id')?.trim() ?? '';
  if (id !== shown.id) Object.assign(shown, { circuit: null, journey: null, view: newView() });
  shown.id = id;
  if (document.activeElement !== input) input.value = id;
  if (!quietly) {
    closePanel(false);
    main.replaceChildren(skeleton(id));
  }
  try {
    await (id ? showId(id, control.signal, quietly) : showLanding(control.signal));
  } catch (error) {
    if (error.name === 'AbortError') return;
    if (!quietly) main.replaceChildren(problem(error, () => show(false)));
  }
}

async function showLanding(signal) {
  document.title = 'Correlation Station';
  const page = await api.recentJourneys('', signal);
  shown.circuit = null;
  shown.journey = null;
  keepScroll(() => main.replaceChildren(landing(page.items)));
}

async function showId(id, signal, quietly) {
  const found = await api.search(id, signal);
  const wanted = address().get('journey') ?? found.journey_ids[0] ?? null;
  const [circuit, document_] = await Promise.all([
    found.circuit_ids.length ? api.circuit(found.circuit_ids[0], signal) : null,
    wanted ? api.journey(wanted, signal) : null,
  ]);
  shown.circuit = circuit;
  shown.journey = document_ && buildJourney(document_);
  document.title = `${circuit?.circuit_id ?? id} · Correlation Station`;
  if (found.handoff_id && !address().get('handoff')) go({ id, handoff: found.handoff_id }, true);
  draw(quietly);
}

function draw(quietly) {
  const { id, circuit, journey, view } = shown;
  if (journey) {
    assignHues(journey.lanes.map((lane) => lane.service));
    keepScroll(() => main.replaceChildren(journeyPage({ circuit, journey, view, open, choose, redraw: () => draw(true) })));
    if (!quietly) main.querySelector('.run[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
    openFromAddress(quietly);
  } else if (circuit) {
    keepScroll(() => main.replaceChildren(looseOnly(circuit, view, buildJourney, open)));
  } else {
    main.replaceChildren(notFound(id));
  }
}

function keepScroll(change) {
  const focus = focusMark();
  const { scrollX, scrollY } = window;
  change();
  window.scrollTo(scrollX, scrollY);
  if (focus) main.querySelector(focus)?.focus({ preventScroll: true });
}

/** A selector for the focused element that still holds after the page is drawn again. */
function focusMark() {
  const element = main.contains(document.activeElement) ? document.activeElement : null;
  if (!element) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ['key', 'handoff', 'item']) {
    if (element.dataset[name]) return `${element.matches('[role=treeitem]') ? '.waterfall ' : '.story '}[data-${name}="${CSS.escape(element.dataset[name])}"]`;
  }
  return null;
}

/** Shows another journey of the same id. */
function choose(journeyId) {
  go({ id: shown.id, journey: journeyId });
  shown.view = newView();
  show(true);
}

function open(kind, id) {
  chosenFrom = document.activeElement === document.body ? null : document.activeElement;
  go({ id: shown.id, journey: address().get('journey'), [kind]: id }, true);
  openFromAddress(false);
}

async function openFromAddress(quietly) {
  const { journey } = shown;
  const parameters = address();
  const kind = ['span', 'handoff', 'item'].find((name) => parameters.get(name));
  if (!kind || !journey) return closePanel(false);
  const id = parameters.get(kind);
  mark(kind, id);
  if (quietly && panel.dataset.shows === `${kind}/${id}`) return undefined;
  try {
    const content = await details(kind, id, journey);
    if (!content) return closePanel(false);
    panel.dataset.shows = `${kind}/${id}`;
    showPanel(content, quietly);
  } catch (error) {
    showPanel([h('h2', { tabindex: '-1' }, 'Not available'), h('p', {}, error.message)], quietly);
  }
  return undefined;
}

function details(kind, id, journey) {
  if (kind === 'handoff') return handoffDetails(journey, id);
  if (kind === 'span') {
    const span = journey.byKey.get(id);
    return span && spanDetails(journey, span);
  }
  const item = journey.story.find((each) => each.id === id);
  return item && itemDetails(journey, item);
}

function showPanel(content, quietly) {
  const close = h('button', { type: 'button', class: 'quiet close', 'aria-label': 'Close details', onclick: () => closePanel(true) }, '×');
  panel.replaceChildren(close, h('div', { class: 'panel-body' }, content));
  panel.hidden = false;
  document.body.classList.add('with-panel');
  if (!quietly) panel.querySelector('h2')?.focus({ preventScroll: true });
}

function closePanel(byUser) {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.dataset.shows = '';
  document.body.classList.remove('with-panel');
  mark('', '');
  if (byUser) {
    go({ id: shown.id, journey: address().get('journey') }, true);
    if (chosenFrom?.isConnected) chosenFrom.focus({ preventScroll: true });
  }
}

function mark(kind, id) {
  main.querySelectorAll('.chosen').forEach((element) => element.classList.remove('chosen'));
  const name = { span: 'key', handoff: 'handoff', item: 'item' }[kind];
  if (name) main.querySelectorAll(`[data-${name}="${CSS.escape(id)}"]`).forEach((element) => element.classList.add('chosen'));
}

function onChange(change) {
  const mine = change.more || !shown.id || (!shown.journey && !shown.circuit)
    || change.circuit_ids.includes(shown.circuit?.circuit_id) || change.journey_ids.includes(shown.journey?.id);
  if (!mine || refresh) return;
  refresh = setTimeout(() => {
    refresh = 0;
    show(true);
  }, REFRESH_MS);
}

function onLive(state) {
  const live = document.getElementById('live');
  live.dataset.state = state;
  live.querySelector('.live-text').textContent = state === 'on' ? 'Live' : 'Reconnecting';
}

function nextTheme() {
  const order = ['', 'dark', 'light'];
  const chosen = order[(order.indexOf(document.documentElement.dataset.theme ?? '') + 1) % order.length];
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  try {
    localStorage.setItem('theme', chosen);
  } catch {
    // The choice holds for this page only.
  }
  nameTheme();
}

function nameTheme() {
  const chosen = document.documentElement.dataset.theme;
  document.getElementById('theme').setAttribute('aria-label', `Colours: ${chosen ?? 'as the system'}`);
}

document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const id = input.value.trim();
  if (!id) return;
  input.blur();
  go({ id });
  show(false).then(() => main.focus({ preventScroll: true }));
});
document.getElementById('theme').addEventListener('click', nextTheme);
document.addEventListener('click', (event) => {
  const anchor = event.target.closest('a[href^="/?"], a.brand');
  if (!anchor || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  history.pushState(null, '', anchor.getAttribute('href'));
  window.scrollTo(0, 0);
  show(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !panel.hidden) closePanel(true);
  if (event.key === '/' && !event.target.closest('input, textarea')) {
    event.preventDefault();
    input.focus();
    input.select();
  }
});
window.addEventListener('popstate', () => show(false));
nameTheme();
api.follow(onChange, onLive);
show(false);
