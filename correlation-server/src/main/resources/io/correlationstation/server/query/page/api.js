// SPDX-License-Identifier: Apache-2.0
// The server's answers. Every path is on the page's own origin.

/** An answer that is not 2xx, or none at all; `status` is 0 when the server was not reached. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const get = (path, signal) => ask(path, { headers: { Accept: 'application/json' }, signal });

const post = (path, body) => ask(path, {
  method: 'POST',
  headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

async function ask(path, request) {
  let answer;
  try {
    answer = await fetch(path, request);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server cannot be reached.');
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw new ApiError(answer.status, body?.detail ?? `The server answered ${answer.status}.`);
  }
  return body;
}

async function orNull(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

const segment = encodeURIComponent;

export const search = (id, signal) => get(`/api/search?id=${segment(id)}`, signal);
export const recentJourneys = (state, signal) =>
  get(`/api/journeys?limit=30&of_any_circuit=true${state ? `&state=${segment(state)}` : ''}`, signal);
export const circuit = (id, signal) => orNull(get(`/api/circuits/${segment(id)}`, signal));
export const journey = (id, signal) => orNull(get(`/api/journeys/${segment(id)}`, signal));
export const diff = (id, signal) => get(`/api/journeys/${segment(id)}/diff`, signal);
export const evidencePath = (id) => `/api/journeys/${segment(id)}/evidence`;
/** Takes a person's word on a handoff: 'confirm' or 'reject'. */
export const verdict = (id, word, reason) => post(`/api/handoffs/${segment(id)}/verdict`, { verdict: word, reason });
export const handoff = (id, signal) => get(`/api/handoffs/${segment(id)}`, signal);

/**
 * Follows the server's changes for as long as the page lives.
 *
 * @param onChange called with {journey_ids, circuit_ids, more}
 * @param onState called with 'on' or 'off'
 */
export function follow(onChange, onState) {
  const source = new EventSource('/api/live');
  source.addEventListener('open', () => onState('on'));
  source.addEventListener('error', () => onState('off'));
  source.addEventListener('change', (event) => onChange(JSON.parse(event.data)));
  window.addEventListener('pagehide', () => source.close());
}
