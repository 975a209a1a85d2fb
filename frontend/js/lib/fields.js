// Help inside fields: phone digits, colour and its contrast, day presets, picture preview.
import { each, on, word } from "./dom.js";

const ARABIC = /[\u0660-\u0669\u06f0-\u06f9]/g;

function westernDigits(text) {
  return text.replace(ARABIC, (digit) => String(digit.charCodeAt(0) & 15));
}

function phone(input) {
  const clean = westernDigits(input.value).replace(/[^\d+()\-\s]/g, "");
  if (clean !== input.value) input.value = clean;
}

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function colour(box) {
  const text = box.querySelector("input:not([type=color])");
  const picker = box.querySelector("[data-colour-picker]");
  const sample = box.querySelector("[data-colour-sample]");
  const show = () => {
    const match = /^#?([0-9a-f]{6})$/i.exec(text.value.trim());
    if (!match) return;
    const value = `#${match[1].toLowerCase()}`;
    picker.value = value;
    sample.style.backgroundColor = value;
    sample.style.color = 1.05 / (luminance(value) + 0.05) >= 4.5 ? "#ffffff" : "#101114";
  };
  text.addEventListener("input", show);
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  show();
}

function preset(button) {
  const input = document.getElementById(button.dataset.for);
  const day = new Date();
  day.setDate(day.getDate() + Number(button.dataset.datePreset));
  const two = (number) => String(number).padStart(2, "0");
  input.value = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function image(box) {
  const input = box.querySelector('input[type="file"]');
  const preview = box.querySelector("[data-image-preview]");
  const error = box.querySelector("[data-image-error]");
  const limit = Number(box.dataset.max);
  input.addEventListener("change", () => {
    const [file] = input.files;
    const kinds = input.accept.split(",").filter(Boolean);
    const wrong = file && (limit && file.size > limit ? word("tooBig") : kinds.length && !kinds.includes(file.type) ? word("wrongType") : "");
    error.hidden = !wrong;
    error.textContent = wrong || "";
    if (wrong) input.value = "";
    if (!file || wrong) return;
    preview.src = URL.createObjectURL(file);
    preview.hidden = false;
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(type, (event) => {
      event.preventDefault();
      box.classList.toggle("is-over", type === "dragover");
      if (type !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

export function start() {
  on("input", "[data-tel]", (_, input) => phone(input));
  on("input", "[data-digits]", (_, input) => {
    const clean = westernDigits(input.value).replace(/\D/g, "");
    if (clean !== input.value) input.value = clean;
  });
  on("click", "[data-date-preset]", (_, button) => preset(button));
  each("[data-colour]:has([data-colour-picker])", colour);
  each("[data-image]:has(input[type=file])", image);
}
