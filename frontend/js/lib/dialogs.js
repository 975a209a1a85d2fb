// Dialogs, and the typed word that a destructive step asks for.
import { on } from "./dom.js";

const INVOKERS = "command" in HTMLButtonElement.prototype;

function word(input) {
  const button = input.form.querySelector('button[type="submit"], button:not([type])');
  button.disabled = input.value.trim().toLowerCase() !== input.dataset.word.toLowerCase();
}

// A button that asks first: `data-ask` holds the sentence; the press goes through once it is confirmed.
let asked = null;

function ask(event, button) {
  const box = document.getElementById("ask");
  if (!box || button === asked) return;
  event.preventDefault();
  box.querySelector("[data-ask-text]").textContent = button.dataset.ask;
  const number = box.querySelector("[data-ask-number]");
  number.hidden = !("askCount" in button.dataset);
  number.querySelector("bdi").textContent = button.closest("[data-list]")?.querySelector("[data-selected]")?.textContent ?? "";
  const go = box.querySelector("[data-ask-go]");
  go.textContent = button.textContent.trim();
  go.onclick = () => {
    box.close();
    asked = button;
    button.click();
    asked = null;
  };
  button.closest("[popover]")?.hidePopover();
  box.showModal();
}

export function start() {
  on("click", "[data-ask]", ask);
  on("click", "[data-dialog]", (_, button) => {
    const dialog = document.getElementById(button.dataset.dialog);
    if (!INVOKERS && dialog && !dialog.open) dialog.showModal();
  });
  on("click", "[data-dialog-close]", (_, button) => {
    const dialog = button.closest("dialog");
    if (dialog?.open) dialog.close();
  });
  // `closedby` is not known everywhere: a press on the backdrop closes.
  document.addEventListener("click", (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement) || dialog.getAttribute("closedby") !== "any" || !dialog.open) return;
    const box = dialog.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail) dialog.close();
  });
  document.querySelectorAll("[data-word]").forEach(word);
  on("input", "[data-word]", (_, input) => word(input));
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("[data-word]").forEach(word));
}
