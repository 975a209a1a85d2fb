// The wheel's editor: segments move by buttons, and each says its odds while weights are being written.
const form = document.querySelector("[data-wheel-editor]");
const body = form.querySelector("[data-rows-body]");
const fills = {};

const shown = () => [...body.querySelectorAll("[data-row]")].filter((row) => !row.hidden);
const field = (row, name) => row.querySelector(`[name$="-${name}"]`);

function percent(share) {
  return `${(100 * share).toLocaleString(document.documentElement.lang, { maximumFractionDigits: share < 0.01 ? 2 : 1, numberingSystem: "latn" })}%`;
}

function arrange() {
  const rows = shown();
  const weights = rows.map((row) => Math.max(0, Number(field(row, "weight").value) || 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  rows.forEach((row, index) => {
    row.querySelector("[data-odds]").textContent = total ? percent(weights[index] / total) : "—";
    row.querySelector("[data-place]").textContent = String(index + 1);
    field(row, "ORDER").value = String(index + 1);
    row.querySelector("[data-move='-1']").disabled = index === 0;
    row.querySelector("[data-move='1']").disabled = index === rows.length - 1;
    const limit = field(row, "per_hour");
    limit.disabled = !field(row, "batch").value;
    if (limit.disabled) limit.value = "";
    const dot = row.querySelector("[data-dot] circle");
    const colour = field(row, "colour").value;
    if (fills[colour]) dot.setAttribute("fill", fills[colour]);
  });
  form.querySelector("[data-rows-add]").disabled = rows.length >= Number(form.dataset.most);
}

// The colours stand in the rows as the server drew them, and in the options.
for (const option of field(shown()[0] ?? form.querySelector("template").content.firstElementChild, "colour").options) {
  if (option.dataset.fill) fills[option.value] = option.dataset.fill;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const rows = shown();
  const row = button.closest("[data-row]");
  const other = rows[rows.indexOf(row) + Number(button.dataset.move)];
  if (!other) return;
  if (button.dataset.move === "1") other.after(row);
  else other.before(row);
  arrange();
  (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  row.dispatchEvent(new Event("change", { bubbles: true }));
});
form.addEventListener("input", arrange);
// Rows are hidden by a listener above this one: look when it has run.
form.addEventListener("change", () => setTimeout(arrange));
new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]).find((node) => node.matches?.("[data-row]") && !field(node, "label_en").value);
  if (added) {
    // A new segment takes a colour that is not on the wheel yet.
    const used = new Set(shown().filter((row) => row !== added).map((row) => field(row, "colour").value));
    const free = [...field(added, "colour").options].find((option) => !used.has(option.value));
    if (free && used.has(field(added, "colour").value)) field(added, "colour").value = free.value;
  }
  arrange();
}).observe(body, { childList: true });
arrange();
