// Theme, sidebar, printing, and notes that can be closed.
import { each, on, remember, word } from "./dom.js";

const root = document.documentElement;

function setTheme(choice) {
  if (choice === "system") delete root.dataset.theme;
  else root.dataset.theme = choice;
  remember.set("ui.theme", choice);
  showTheme();
  document.dispatchEvent(new CustomEvent("ui:theme"));
}

function showTheme() {
  const current = root.dataset.theme ?? "system";
  document.querySelectorAll("[data-theme-choice]").forEach((button) => {
    button.setAttribute("aria-current", String(button.dataset.themeChoice === current));
  });
}

function showSidebar() {
  const collapsed = root.dataset.sidebar === "collapsed";
  document.querySelectorAll("[data-sidebar-toggle]").forEach((button) => {
    button.setAttribute("aria-expanded", String(!collapsed));
    button.setAttribute("aria-label", word(collapsed ? "expand" : "collapse"));
  });
}

function toggleSidebar() {
  if (root.dataset.sidebar === "collapsed") delete root.dataset.sidebar;
  else root.dataset.sidebar = "collapsed";
  remember.set("ui.sidebar", root.dataset.sidebar ?? "open");
  showSidebar();
}

export function start() {
  showTheme();
  showSidebar();
  on("click", "[data-theme-choice]", (_, button) => setTheme(button.dataset.themeChoice));
  on("click", "[data-sidebar-toggle]", toggleSidebar);
  on("click", "[data-print]", () => window.print());
  on("click", "[data-dismiss]", (_, button) => button.closest("[data-dismissable]").remove());
  each("[data-autofocus]", (element) => element.focus());
  // `Ctrl` is `⌘` where the device says so.
  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    document.querySelectorAll(".kbd-key").forEach((key) => {
      key.textContent = key.textContent.replace("Ctrl", "⌘");
    });
  }
}
