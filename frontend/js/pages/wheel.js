// The wheel turns to where the server stopped it. The result stands in the page already; this only shows it.
const TURNS = 6;
const LASTS = 6000;
const EASING = "cubic-bezier(0.16, 0.72, 0.12, 1)"; // off quickly, then slower and slower

const stage = document.querySelector("[data-wheel-stage]");
const go = document.querySelector("[data-wheel-go]");
const result = document.querySelector("[data-wheel-result]");
const turning = stage?.querySelector("[data-wheel-turns]");
let began = false;
let leaving;

function rest() {
  const segment = stage.querySelector(`[data-segment="${stage.dataset.stopsAt}"]`);
  return -Number(segment.dataset.middle);
}

// The shop's screen goes back by itself. Nothing that it leaves stays behind for whoever presses Back there.
function leaveAfter(seconds) {
  if (!stage.dataset.leavesTo) return;
  leaving = setTimeout(() => location.replace(stage.dataset.leavesTo), 1000 * seconds);
}

function show() {
  for (const before of document.querySelectorAll("[data-wheel-before]")) before.hidden = true;
  document.querySelector("[data-wheel-after]").hidden = false;
  result.hidden = false;
  stage.classList.add("wheel-stage-still");
  // Whoever listens is told by the focus, and goes on from there: the button that had it is gone.
  const title = document.querySelector("h1");
  title.textContent = result.dataset.heading.trim();
  title.tabIndex = -1;
  title.focus();
  requestAnimationFrame(() => requestAnimationFrame(() => result.classList.add("wheel-result-in")));
  tell();
  leaveAfter(stage.dataset.stays);
}

// The server is told that the result is seen: only then does the coupon's message go.
function tell() {
  if ("keepsAddress" in stage.dataset) {
    history.replaceState(null, "", "?shown=1");
    fetch("?shown=1", { keepalive: true }).catch(() => {});
  } else if (go.form) {
    fetch(go.form.action, { method: "POST", body: new FormData(go.form), keepalive: true }).catch(() => {});
  }
}

async function spin(event) {
  event.preventDefault();
  if (began) return;
  began = true;
  clearTimeout(leaving);
  go.classList.add("btn-disabled");
  go.setAttribute("aria-disabled", "true");
  const end = `rotate(${rest()}deg)`;
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const motion = turning.animate([{ transform: "rotate(0deg)" }, { transform: `rotate(${360 * TURNS + rest()}deg)` }], {
      duration: LASTS,
      easing: EASING,
      fill: "forwards",
    });
    await motion.finished;
    motion.cancel();
  }
  turning.style.transform = end;
  show();
}

if (stage && go) {
  go.addEventListener("click", spin);
  leaveAfter(stage.dataset.waits);
}
