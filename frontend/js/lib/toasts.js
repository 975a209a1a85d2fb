// Toasts: news that goes by itself, with undo where that is possible.
import { csrfToken, icon, make, toast, word } from "./dom.js";

const ICONS = { good: "circle-check", warning: "triangle-alert", bad: "circle-x", info: "info" };
const STAY = { plain: 5000, undo: 10000, bad: 12000 };

async function undo(item, url) {
  item.remove();
  try {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" } });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    toast(word("failed"), { tone: "bad" });
    return;
  }
  location.reload();
}

function arm(item) {
  const { undo: url, tone } = item.dataset;
  if (url) {
    const button = make("button", { type: "button", class: "btn btn-sm toast-undo" }, word("undo"));
    button.addEventListener("click", () => undo(item, url));
    item.append(button);
  }
  const close = make("button", { type: "button", class: "btn btn-sm btn-square", "aria-label": word("close") }, icon("x", "icon-16"));
  close.addEventListener("click", () => item.remove());
  item.append(close);
  const stay = url ? STAY.undo : tone === "bad" ? STAY.bad : STAY.plain;
  let timer = setTimeout(() => item.remove(), stay);
  // Who reads or aims at it keeps it.
  for (const type of ["pointerenter", "focusin"]) item.addEventListener(type, () => clearTimeout(timer));
  for (const type of ["pointerleave", "focusout"]) {
    item.addEventListener(type, () => {
      clearTimeout(timer);
      timer = setTimeout(() => item.remove(), stay);
    });
  }
}

function show({ text, tone = "info", undo: url = "" }) {
  const item = make("div", { class: "toast-item", "data-tone": tone, "data-undo": url }, icon(ICONS[tone] ?? "info"), make("span", {}, text));
  document.querySelector("[data-toasts]")?.append(item);
  arm(item);
}

export function start() {
  document.querySelectorAll("[data-toast]").forEach(arm);
  document.addEventListener("ui:toast", (event) => show(event.detail));
}
