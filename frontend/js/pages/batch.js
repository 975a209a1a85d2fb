// The batch form: only the fields that the chosen offer, lane and rule need, and the cities of the chosen country.
const form = document.getElementById("batch-form");

// field: [the choice it hangs on, the values that show it]
const NEEDS = {
  offer_percent: ["offer_kind", ["percentage"]],
  offer_amount: ["offer_kind", ["amount"]],
  offer_text_en: ["offer_kind", ["free_item", "other"]],
  offer_text_ar: ["offer_kind", ["free_item", "other"]],
  print_quantity: ["lane", ["both"]],
  on_centre: ["lane", ["online", "both"]],
  in_store: ["lane", ["online", "both"]],
  use_days: ["use_rule", ["days"]],
  use_until: ["use_rule", ["until"]],
};

function fieldOf(name) {
  return form.elements.namedItem(name)?.closest?.(".field");
}

function arrange() {
  for (const [name, [choice, values]] of Object.entries(NEEDS)) {
    const field = fieldOf(name);
    if (field) field.hidden = !values.includes(form.elements.namedItem(choice)?.value);
  }
}

// Option groups are named after countries; hiding an option group is not kept by every browser, so others leave.
const cities = form.elements.namedItem("city");
const country = form.elements.namedItem("country");
const groups = cities ? [...cities.querySelectorAll("optgroup")] : [];

function narrow() {
  const name = country.selectedOptions[0]?.textContent;
  for (const group of groups) {
    const fits = group.label === name;
    if (fits && !group.isConnected) cities.append(group);
    if (!fits && group.isConnected) group.remove();
  }
}

form.addEventListener("change", (event) => {
  arrange();
  if (event.target === country) {
    narrow();
    cities.value = "";
  }
});
arrange();
if (cities && country) narrow();
