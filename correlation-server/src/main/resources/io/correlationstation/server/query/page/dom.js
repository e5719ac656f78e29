// SPDX-License-Identifier: Apache-2.0
// Elements from plain values. Text is always set as text, never parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.entries(value).forEach(([key, text]) => element.style.setProperty(key, text));
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element: h('a', {href: '/'}, 'text', child). */
export const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

/** An SVG element. */
export const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

const HUES = 8;
const hues = new Map();

/** The number of a service's colour; the same for as long as the page lives. */
export function hueOf(service) {
  if (!hues.has(service)) hues.set(service, hues.size % HUES);
  return String(hues.get(service));
}

/** Services get their colours in the order of the journey, so that neighbours differ. */
export function assignHues(services) {
  hues.clear();
  services.forEach(hueOf);
}

/** Elements of the list take part in the tab order as one: arrow keys move between them. */
export function rove(container, selector) {
  const items = () => [...container.querySelectorAll(selector)].filter((item) => item.offsetParent !== null);
  container.addEventListener('focusin', (event) => {
    const item = event.target.closest(selector);
    if (!item) return;
    container.querySelectorAll(selector).forEach((other) => other.setAttribute('tabindex', other === item ? '0' : '-1'));
  });
  container.addEventListener('keydown', (event) => {
    const all = items();
    const index = all.indexOf(event.target.closest(selector));
    if (index < 0) return;
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    all[next].focus();
  });
}
