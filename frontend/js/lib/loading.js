// A thin bar while htmx or a page is on its way, after the time one would notice.
export function start() {
  const bar = document.querySelector("[data-loading-bar]");
  let waiting = 0;
  let timer;
  const begin = () => {
    waiting += 1;
    clearTimeout(timer);
    timer = setTimeout(() => bar.classList.add("is-on"), 250);
  };
  const end = () => {
    waiting = Math.max(0, waiting - 1);
    if (waiting) return;
    clearTimeout(timer);
    bar.classList.remove("is-on");
  };
  const quiet = (event) => event.detail.elt.closest("[data-bell], [data-job]");
  document.addEventListener("htmx:beforeRequest", (event) => quiet(event) || begin());
  document.addEventListener("htmx:afterRequest", (event) => quiet(event) || end());
  window.addEventListener("pageshow", () => {
    waiting = 0;
    end();
  });
}
