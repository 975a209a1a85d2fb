// The command palette and the keyboard: Ctrl/Cmd+K, `/`, `?`, and `g` then a letter.
// Letters are read by their place on the keyboard (event.code), so they work with an Arabic layout too.
import { icon, make, on, typing, word } from "./dom.js";

const dialog = () => document.getElementById("palette");
let commands = [];
let shown = [];
let chosen = 0;
let asked = 0;
let leader = 0;

function matches(label, query) {
  const text = label.toLocaleLowerCase();
  return query.toLocaleLowerCase().split(/\s+/).every((part) => text.includes(part));
}

function draw() {
  const list = dialog().querySelector("[role=listbox]");
  const input = dialog().querySelector("input");
  list.replaceChildren(
    ...shown.map((entry, index) => {
      const item = make(
        "li",
        { role: "option", id: `palette-${index}`, class: "palette-item", "aria-selected": String(index === chosen), "data-index": index },
        icon(entry.icon || "arrow-right"),
        make("span", { class: "min-w-0 flex-1 truncate" }, entry.label),
      );
      if (entry.hint) item.append(make("span", { class: "truncate text-sm muted" }, entry.hint));
      if (entry.key) item.append(make("kbd", { class: "kbd-key" }, "G"), make("kbd", { class: "kbd-key" }, entry.key.toUpperCase()));
      return item;
    }),
  );
  if (!shown.length) list.append(make("li", { class: "px-3 py-6 text-center muted", role: "presentation" }, word("nothing")));
  input.setAttribute("aria-activedescendant", shown.length ? `palette-${chosen}` : "");
  list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
}

async function search(query) {
  const mine = ++asked;
  shown = query ? commands.filter((entry) => matches(entry.label, query)) : commands;
  chosen = 0;
  draw();
  const url = dialog().dataset.search;
  if (!url || query.length < 2) return;
  await new Promise((wait) => setTimeout(wait, 140));
  if (mine !== asked) return;
  try {
    const answer = await fetch(`${url}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
    const { hits } = await answer.json();
    if (mine !== asked) return;
    shown = [...shown, ...hits];
    draw();
  } catch {
    // The pages of the palette remain usable without the search.
  }
}

function open() {
  const box = dialog();
  if (!box || box.open) return;
  const source = document.getElementById("palette-commands");
  commands = source ? JSON.parse(source.textContent) : [];
  box.showModal();
  const input = box.querySelector("input");
  input.value = "";
  search("");
}

function go(index) {
  if (shown[index]) location.assign(shown[index].url);
}

function inPalette(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) {
    event.preventDefault();
    chosen = (chosen + step + shown.length) % shown.length;
    draw();
  } else if (event.key === "Enter") {
    event.preventDefault();
    go(chosen);
  }
}

function shortcut(event) {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    event.preventDefault();
    open();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  } else if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) {
    const field = document.querySelector("[data-list-search]");
    event.preventDefault();
    if (field) field.focus();
    else open();
  } else if (event.code === "KeyG") {
    leader = event.timeStamp;
  } else if (leader && event.timeStamp - leader < 1200) {
    leader = 0;
    const source = document.getElementById("palette-commands");
    const target = (source ? JSON.parse(source.textContent) : []).find(({ key }) => key && event.code === `Key${key.toUpperCase()}`);
    if (target) location.assign(target.url);
  } else if (!event.shiftKey) {
    const code = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
    document.querySelector(`[data-hotkey="${CSS.escape(code)}"]`)?.click();
  }
}

export function start() {
  document.addEventListener("keydown", shortcut);
  on("click", "[data-palette-open]", open);
  on("click", "[data-keys-open]", () => document.getElementById("keys")?.showModal());
  on("input", ".palette-input", (_, input) => search(input.value.trim()));
  on("keydown", ".palette-input", inPalette);
  on("click", "#palette [role=option]", (_, item) => go(Number(item.dataset.index)));
}
