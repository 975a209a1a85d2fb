// Unsaved changes are guarded, a form is sent once, and a step says what it costs before it is taken.
import { each, on, thousands, word } from "./dom.js";

const sent = new WeakSet();

function state(form) {
  const files = [...form.querySelectorAll('input[type="file"]')].map((input) => input.value);
  const entries = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  return JSON.stringify([entries, files]);
}

function guard(form) {
  const before = state(form);
  const note = form.querySelector("[data-unsaved]");
  const changed = () => !sent.has(form) && form.isConnected && state(form) !== before;
  const show = () => note?.toggleAttribute("hidden", !changed());
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("submit", () => sent.add(form));
  window.addEventListener("beforeunload", (event) => {
    if (changed()) event.preventDefault();
  });
}

function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.submitOnce === "off") return;
  const button = event.submitter;
  if (!button) return;
  // A disabled button would not be sent along: it is only marked, and further presses are dropped.
  if (button.hasAttribute("data-busy")) {
    event.preventDefault();
    return;
  }
  button.setAttribute("data-busy", "");
  button.setAttribute("aria-disabled", "true");
}

function release() {
  document.querySelectorAll("[data-busy]").forEach((button) => {
    button.removeAttribute("data-busy");
    button.removeAttribute("aria-disabled");
  });
}

function consequence(box) {
  const input = document.getElementById(box.dataset.input);
  if (!input) return;
  const available = Number(box.dataset.available);
  const button = input.form?.querySelector('button[type="submit"]');
  const show = () => {
    const cost = Math.max(0, Math.floor(Number(input.value.replace(/[,\s]/g, "")) || 0)) * Number(box.dataset.factor);
    const left = available - cost;
    box.querySelector("[data-cost]").textContent = thousands(cost);
    box.querySelector("[data-left]").textContent = thousands(left);
    box.classList.toggle("is-short", left < 0);
    if (button) button.disabled = left < 0;
  };
  input.addEventListener("input", show);
  show();
}

// What is being corrected is no longer called wrong, and the list above the form, which counted it, goes.
function correct(field) {
  const errors = field.querySelector(".field-errors");
  if (!errors) return;
  errors.remove();
  for (const input of field.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  field.closest("form").querySelector("[role=alert]")?.remove();
}

// An answer that replaces fields while somebody types in them: what was typed since it was asked for stays, and whose
// field is gone goes on from the first of the new ones. Where there is none the answer itself has the focus, so that the
// keys that still come neither tick nor press anything.
function keepTyped() {
  let asked = new Map();
  let typed = [];
  let inside = false;
  const keeps = (event) => event.detail.target?.matches?.("[data-keeps-typed]");
  const values = (box) => [...box.querySelectorAll("input[name]")].map((input) => [input.name, input.value]);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (keeps(event)) asked = new Map(values(event.detail.target));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!keeps(event)) return;
    typed = values(event.detail.target).filter(([name, value]) => asked.get(name) !== value);
    inside = event.detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [name, value] of typed.splice(0)) {
      const input = document.querySelector(`[data-keeps-typed] [name="${CSS.escape(name)}"]`);
      if (!input) continue;
      input.value = value;
      correct(input.closest(".field"));
    }
    if (inside && document.activeElement === document.body) {
      const answer = document.querySelector("[data-keeps-typed]");
      answer.tabIndex = -1;
      (answer.querySelector("input, select, textarea, button") ?? answer).focus();
    }
    inside = false;
  });
}

export function start() {
  keepTyped();
  on("input", ".claim-form .field", (_, field) => correct(field));
  each("form[data-guard]", guard);
  each("[data-consequence]", consequence);
  document.addEventListener("submit", sendOnce);
  // A page that answered a form: Back and reload ask for this address, where a browser would offer to send the form again.
  each("[data-address]", (page) => history.replaceState(null, "", page.dataset.address));
  document.addEventListener("htmx:afterRequest", release);
  // Back from the browser's page cache, nothing is under way.
  window.addEventListener("pageshow", release);
  on("change", "[data-autosubmit]", (_, form) => form.requestSubmit());
  on("click", ".form-stack a[href^='#']", (event, link) => {
    const field = document.getElementById(link.getAttribute("href").slice(1));
    const control = field?.matches("input, select, textarea") ? field : field?.querySelector("input, select, textarea");
    if (!control) return;
    event.preventDefault();
    control.focus();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const refused = event.detail.xhr.status === 403;
    document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: word(refused ? "refused" : "failed"), tone: "bad" } }));
  });
  document.addEventListener("htmx:sendError", () => {
    document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: word("failed"), tone: "bad" } }));
  });
}
