// Repeated rows of a formset: added from a template, removed by their own mark.
import { on } from "./dom.js";

export function start() {
  on("click", "[data-rows-add]", (_, button) => {
    const box = button.closest("[data-rows]");
    const total = document.getElementById(`id_${box.dataset.prefix}-TOTAL_FORMS`);
    const template = box.querySelector("template[data-rows-template]");
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    total.value = String(Number(total.value) + 1);
    const row = holder.content.firstElementChild;
    box.querySelector("[data-rows-body]").append(row);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    row.dispatchEvent(new Event("input", { bubbles: true }));
  });
  on("change", "[data-row-delete]", (event, mark) => {
    mark.closest("[data-row]").toggleAttribute("hidden", mark.checked);
  });
}
