// A form on the shop's screen that nobody touches goes back to the start. What was typed is gone, with the page behind it.
const form = document.querySelector("[data-leaves-to][data-waits]");
let leaving;

function wait() {
  clearTimeout(leaving);
  leaving = setTimeout(() => location.replace(form.dataset.leavesTo), 1000 * form.dataset.waits);
}

if (form) {
  for (const touch of ["keydown", "input", "pointerdown", "wheel", "scroll"]) {
    document.addEventListener(touch, wait, { capture: true, passive: true });
  }
  window.addEventListener("pageshow", wait);
}
