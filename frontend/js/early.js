// Runs before the first paint: what the person chose for this browser must not flash.
const root = document.documentElement;
root.classList.add("js");
try {
  const theme = localStorage.getItem("ui.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (localStorage.getItem("ui.sidebar") === "collapsed") root.dataset.sidebar = "collapsed";
} catch {
  // Storage may be forbidden; the page then follows the system.
}
