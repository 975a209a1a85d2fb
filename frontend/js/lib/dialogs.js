// Dialogs, and the typed word that a destructive step asks for.
import { on } from "./dom.js";

const INVOKERS = "command" in HTMLButtonElement.prototype;

function word(input) {
  const button = input.form.querySelector('button[type="submit"], button:not([type])');
  button.disabled = input.value.trim().toLowerCase() !== input.dataset.word.toLowerCase();
}

export function start() {
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
