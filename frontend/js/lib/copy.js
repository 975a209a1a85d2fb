// Copy buttons: the icon says that it worked, and so does the live region.
import { icon, on, toast, word } from "./dom.js";

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    toast(word("copyFailed"), { tone: "bad" });
    return;
  }
  const before = button.querySelector(".icon");
  const done = icon("check", "icon-16");
  before?.replaceWith(done);
  toast(word("copied"), { tone: "good" });
  setTimeout(() => before && done.replaceWith(before), 1600);
}

export function start() {
  on("click", "[data-copy]", (event, button) => {
    event.preventDefault();
    copy(button);
  });
}
