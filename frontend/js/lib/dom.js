// Small helpers that the other modules share.

/** A word of the page's language; see ui/_words.html. */
export function word(name) {
  return document.getElementById("ui-words")?.dataset[name] ?? "";
}

/** An address that the page knows: charts, wasm, icons. */
export function asset(name) {
  return document.querySelector('meta[name="ui-assets"]')?.dataset[name] ?? "";
}

/** An icon of the sprite. */
export function icon(name, size = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${size}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${asset("icons")}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Listen on the document for events inside what matches `selector`, now and later. */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const target = event.target instanceof Element ? event.target.closest(selector) : null;
      if (target) handler(event, target);
    },
    options,
  );
}

/** Run for every match on the page and in what htmx brings later. */
export function each(selector, handler) {
  const visit = (root) => {
    if (root.matches?.(selector)) handler(root);
    root.querySelectorAll?.(selector).forEach(handler);
  };
  visit(document.body ?? document);
  document.addEventListener("htmx:load", (event) => visit(event.detail.elt));
}

/** Whether one is typing: single-letter shortcuts keep quiet then. */
export function typing(target) {
  return target instanceof Element && Boolean(target.closest("input, textarea, select, [contenteditable]"));
}

/** The token that Django wants with a POST. */
export function csrfToken() {
  const header = document.body.getAttribute("hx-headers");
  if (header) return JSON.parse(header)["X-CSRFToken"] ?? "";
  return document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";
}

/** 1,250 in Western digits, with a real minus. */
export function thousands(number) {
  return new Intl.NumberFormat("en").format(number).replace("-", "\u2212");
}

export function toast(text, { tone = "info", undo = "" } = {}) {
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text, tone, undo } }));
}

export const remember = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Storage may be forbidden; the choice then lasts for this page.
    }
  },
};
