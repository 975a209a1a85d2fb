// Lists: selection with "all that match", shift-click, and the columns menu that stays open.
import { each, on } from "./dom.js";

let last = null;

function boxes(form) {
  return [...form.querySelectorAll('input[name="ids"]')];
}

function show(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked);
  const head = form.querySelector("[data-select-all]");
  if (head) {
    head.checked = all.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const whole = form.querySelector("[data-whole]");
  const offer = form.querySelector("[data-offer-whole]");
  if (offer) offer.hidden = chosen.length !== all.length || whole.value === "1";
  if (whole && chosen.length !== all.length) whole.value = "";
  form.querySelectorAll("[data-selected]").forEach((note) => {
    note.textContent = whole?.value === "1" ? note.dataset.total : String(chosen.length);
  });
}

function choose(event, box) {
  const form = box.closest("[data-list]");
  const all = boxes(form);
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((other) => {
      other.checked = box.checked;
    });
  }
  last = box;
  show(form);
}

export function start() {
  each("[data-list]", show);
  on("click", 'input[name="ids"]', choose);
  on("change", "[data-select-all]", (_, head) => {
    const form = head.closest("[data-list]");
    boxes(form).forEach((box) => {
      box.checked = head.checked;
    });
    show(form);
  });
  on("click", "[data-offer-whole]", (_, button) => {
    const form = button.closest("[data-list]");
    form.querySelector("[data-whole]").value = "1";
    show(form);
  });
  on("click", "[data-clear-selection]", (_, button) => {
    const form = button.closest("[data-list]");
    boxes(form).forEach((box) => {
      box.checked = false;
    });
    form.querySelector("[data-whole]").value = "";
    show(form);
  });
}
