// Drop-downs are native popovers. This adds arrow keys, and a place where the browser cannot anchor them.
import { on } from "./dom.js";

const ANCHORED = CSS.supports("position-area", "block-end");

function place(menu, button) {
  const box = button.getBoundingClientRect();
  const rtl = getComputedStyle(button).direction === "rtl";
  const alignStart = menu.classList.contains("dropmenu-start") !== rtl;
  const left = alignStart ? box.left : box.right - menu.offsetWidth;
  const below = box.bottom + menu.offsetHeight + 8 <= window.innerHeight;
  menu.style.left = `${Math.max(8, Math.min(left, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${below ? box.bottom : Math.max(8, box.top - menu.offsetHeight - 8)}px`;
}

function opener(menu) {
  return document.querySelector(`[popovertarget="${menu.id}"]`);
}

function opened(event) {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".dropmenu")) return;
  const button = opener(menu);
  button?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "open" && button && !ANCHORED) place(menu, button);
}

function move(event, menu) {
  const items = [...menu.querySelectorAll("a[href], button:not(:disabled)")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined || !items.length) return;
  event.preventDefault();
  items[(next + items.length) % items.length].focus();
}

export function start() {
  document.addEventListener("toggle", opened, true);
  on("keydown", ".dropmenu", move);
  on("keydown", "[popovertarget]", (event, button) => {
    const menu = document.getElementById(button.getAttribute("popovertarget"));
    if (event.key !== "ArrowDown" || !menu?.matches(".dropmenu")) return;
    event.preventDefault();
    menu.showPopover({ source: button });
    menu.querySelector("a[href], button")?.focus();
  });
  // A choice made without leaving the page closes its menu.
  on("click", ".dropmenu button[type=button]", (_, button) => button.closest("[popover]").hidePopover());
}
