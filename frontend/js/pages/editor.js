// The layout editor of coupon templates (merchants/paper/editor.html): drag and resize by mouse, touch and keyboard,
// millimetre fields kept in step, problems in words. The layout is kept as JSON in the form's hidden field.
import { icon, make } from "../lib/dom.js";
import { defaultLayout, newText } from "../lib/paper/defaults.js";
import { place } from "../lib/paper/face.js";
import { legible } from "../lib/paper/ink.js";
import { Model, round, snapped } from "../lib/paper/model.js";
import { problems, warnings } from "../lib/paper/rules.js";

const STEP = 0.5;
const LEAPS = 5;
const SNAP = 1;

class Editor {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(root.querySelector("#paper-editor-data").textContent);
    this.input = root.querySelector("[data-layout]");
    this.stage = root.querySelector("[data-stage]");
    this.face = this.stage.querySelector("[data-face]");
    this.frame = root.querySelector("[data-frame]");
    this.panel = root.querySelector("[data-panel]");
    this.model = new Model(this.data.layout);
    this.untouched = this.data.fresh;
    this.selected = "qr";
    // The panel's fields are no part of the form: a half-typed number must not stop it from being sent.
    for (const control of this.panel.querySelectorAll("input, select, textarea")) control.setAttribute("form", "");
    this.listen();
    this.draw();
    new ResizeObserver(() => this.#place()).observe(this.face);
    document.fonts.ready.then(() => this.#place());
    root.toggleAttribute("data-ready", true);
  }

  listen() {
    this.stage.addEventListener("pointerdown", (event) => this.#grab(event));
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("focusin", (event) => {
      const field = event.target.closest("[data-field]")?.dataset.field;
      if (field && field !== this.selected) this.select(field);
    });
    this.panel.addEventListener("input", (event) => this.#typed(event.target));
    this.panel.addEventListener("change", () => this.#done());
    this.root.addEventListener("click", (event) => this.#clicked(event));
    this.input.form?.addEventListener("submit", (event) => this.#sent(event));
    const chosen = this.root.dataset.imageInput && document.querySelector(this.root.dataset.imageInput);
    chosen?.addEventListener("change", () => this.#picture(chosen.files[0]));
  }

  // Drawing

  draw() {
    this.#boxes();
    this.#place();
    this.#list();
    this.#fill();
    this.#problems();
    this.input.value = JSON.stringify(this.model.layout);
    this.root.querySelector("[data-undo]").disabled = !this.model.past.length;
    this.root.querySelector("[data-redo]").disabled = !this.model.future.length;
  }

  /** One element per field, in the face's own markup. */
  #boxes() {
    const fields = this.model.fields();
    for (const box of this.face.querySelectorAll("[data-field]")) if (!fields.includes(box.dataset.field)) box.remove();
    this.face.dataset.width = this.model.layout.width;
    this.face.dataset.height = this.model.layout.height;
    for (const field of fields) {
      const element = this.#element(field) ?? this.#made(field);
      const styled = this.model.styled(field);
      Object.assign(element.dataset, this.model.box(field));
      if (styled) {
        const sort = field === "serial" ? "cp-serial" : "cp-text";
        element.className = `cp-box ${sort} cp-${styled.align}${styled.bold ? " cp-bold" : ""}${styled.plate ? " cp-plate" : ""}`;
        element.dataset.size = styled.size;
        element.dataset.colour = styled.colour;
      }
      const text = this.model.text(field);
      if (text) this.#write(element, text);
      element.tabIndex = 0;
      element.setAttribute("role", "button");
      element.setAttribute("aria-pressed", String(field === this.selected));
      // What can be read on it is part of its name, so that people who speak to their browser can say it.
      const shown = element.textContent.trim();
      element.setAttribute("aria-label", shown ? `${this.#name(field)}: ${shown}` : this.#name(field));
      element.setAttribute("aria-describedby", "paper-editor-keys");
    }
  }

  #element(field) {
    return this.face.querySelector(`[data-field="${field}"]`);
  }

  #made(field) {
    const element = make("div", { "data-field": field });
    if (field === "barcode") {
      element.className = "cp-box cp-code";
      element.append(this.root.querySelector("[data-barcode-sample]").content.cloneNode(true));
    }
    // Codes stay on top of texts, as they are stamped last.
    const first = this.face.querySelector('[data-field="serial"]');
    if (field.startsWith("texts.")) first.before(element);
    else this.face.append(element);
    return element;
  }

  #write(element, text) {
    const words = text.kind === "free" ? text.words : this.data.samples[text.kind][text.lang];
    const lang = /^[^\p{L}]*[\u0600-\u08ff\ufb50-\ufefc]/u.test(words) ? "ar" : "en";
    element.lang = lang;
    element.dir = lang === "ar" ? "rtl" : "ltr";
    const span = element.querySelector(".cp-words") ?? element.appendChild(make("span", { class: "cp-words" }));
    span.textContent = words;
  }

  #place() {
    place(this.face);
    const element = this.#element(this.selected);
    if (!element) return;
    for (const side of ["left", "top", "width", "height"]) this.frame.style[side] = element.style[side];
    this.#problems();
  }

  #list() {
    const list = this.root.querySelector("[data-fields]");
    list.replaceChildren(
      ...this.model.fields().map((field) => {
        const chip = make("button", { type: "button", class: "pe-chip", "data-pick": field, "aria-pressed": String(field === this.selected) });
        chip.append(icon(field === "qr" ? "qr-code" : field === "serial" ? "hash" : field === "barcode" ? "barcode" : "type"), this.#name(field));
        return chip;
      }),
    );
    this.root.querySelector("[data-barcode-switch]").checked = Boolean(this.model.layout.barcode);
  }

  #name(field) {
    const text = this.model.text(field);
    if (!text) return this.data.names[field];
    return `${this.data.names[text.kind]}${text.kind === "free" ? "" : ` (${this.data.languages[text.lang]})`}`;
  }

  /** The panel's fields, except the one that is being typed in. */
  #fill() {
    const box = this.model.box(this.selected);
    const styled = this.model.styled(this.selected);
    const text = this.model.text(this.selected);
    this.root.querySelector("[data-selected-name]").textContent = this.#name(this.selected);
    const values = { ...box, ...(styled ?? {}), ...(text ?? {}), cardWidth: this.model.layout.width, cardHeight: this.model.layout.height };
    for (const control of this.panel.querySelectorAll("[data-value]")) {
      const name = control.dataset.value;
      const shown = name in values && !(name === "words" && text?.kind !== "free") && !(name === "lang" && (!text || text.kind === "free")) && !(name === "h" && this.selected === "qr");
      control.closest("[data-row]").hidden = !shown;
      if (!shown || control === document.activeElement) continue;
      if (control.type === "checkbox") control.checked = values[name];
      else control.value = values[name];
    }
    this.root.querySelector("[data-remove]").hidden = !text && this.selected !== "barcode";
  }

  #problems() {
    const { layout } = this.model;
    const bad = problems(layout, this.data.limits);
    const tight = [...this.face.querySelectorAll("[data-overflow]")].map((box) => ({ field: box.dataset.field, code: "too_long", kind: this.model.text(box.dataset.field)?.kind ?? "" }));
    const list = this.root.querySelector("[data-problems]");
    const entries = [...bad.map((entry) => ["bad", entry]), ...[...tight, ...warnings(layout)].map((entry) => ["warn", entry])];
    const shown = JSON.stringify(entries);
    if (list.dataset.shown === shown) return;
    list.dataset.shown = shown;
    list.replaceChildren(...entries.map(([sort, entry]) => this.#message(sort, entry)));
    this.root.querySelector("[data-fine]").hidden = entries.length > 0;
    const wrong = new Set(bad.map((entry) => entry.field));
    for (const box of this.face.querySelectorAll("[data-field]")) box.toggleAttribute("data-wrong", wrong.has(box.dataset.field));
    this.bad = bad;
  }

  #message(sort, { field, code, kind }) {
    const words = this.data.messages[`${kind ? "text" : field}.${code}`].replace("{name}", this.data.names[kind] ?? "");
    const entry = make("li", { class: `pe-${sort}` }, icon(sort === "bad" ? "circle-x" : "triangle-alert"));
    entry.append(field === "size" ? words : make("button", { type: "button", "data-pick": field }, words));
    return entry;
  }

  // Acting

  select(field, focus = false) {
    this.selected = this.model.fields().includes(field) ? field : "qr";
    this.draw();
    if (focus) this.#element(this.selected).focus();
  }

  #least(field) {
    const { limits } = this.data;
    if (field === "qr") return [limits.min_qr, limits.min_qr];
    return field === "barcode" ? [limits.min_bar_width, limits.min_bar_height] : [3, 2];
  }

  #done() {
    this.untouched = false;
    this.model.commit();
    this.draw();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #grab(event) {
    const handle = event.target.closest("[data-handle]");
    const field = handle ? this.selected : event.target.closest("[data-field]")?.dataset.field;
    if (!field || event.button !== 0) return;
    event.preventDefault();
    if (field !== this.selected) this.select(field);
    this.#element(field).focus({ preventScroll: true });
    const target = handle ?? this.#element(field);
    const start = { ...this.model.box(field) };
    const scale = this.model.layout.width / this.face.clientWidth;
    const drag = (move) => {
      const [across, down] = [(move.clientX - event.clientX) * scale, (move.clientY - event.clientY) * scale];
      if (handle) this.#stretch(field, start.w + across, start.h + down, move.altKey);
      else this.#shift(field, start.x + across, start.y + down, move.altKey);
      this.draw();
    };
    const drop = () => {
      target.removeEventListener("pointermove", drag);
      this.#guides();
      this.#done();
    };
    target.setPointerCapture(event.pointerId);
    target.addEventListener("pointermove", drag);
    target.addEventListener("pointerup", drop, { once: true });
    target.addEventListener("pointercancel", drop, { once: true });
  }

  #shift(field, x, y, free) {
    const to = free ? { x, y } : snapped(this.model, field, x, y, SNAP);
    this.model.move(field, to.x, to.y);
    this.#guides(to);
  }

  #stretch(field, w, h, free) {
    const grid = free ? round : (value) => Math.round(value / STEP) * STEP;
    const side = Math.max(w, h);
    this.model.resize(field, grid(field === "qr" ? side : w), grid(field === "qr" ? side : h), this.#least(field));
  }

  #guides({ lineX = null, lineY = null } = {}) {
    for (const [name, at, size, edge] of [["x", lineX, this.model.layout.width, "left"], ["y", lineY, this.model.layout.height, "top"]]) {
      const guide = this.root.querySelector(`[data-guide="${name}"]`);
      guide.hidden = at == null;
      if (at != null) guide.style[edge] = `${(at / size) * 100}%`;
    }
  }

  #key(event) {
    const field = event.target.closest("[data-field]")?.dataset.field;
    const undo = (event.ctrlKey || event.metaKey) && event.code === "KeyZ";
    if (undo) {
      event.preventDefault();
      return this.#travel(event.shiftKey ? "redo" : "undo");
    }
    if (!field || event.ctrlKey || event.metaKey) return undefined;
    if (["Delete", "Backspace"].includes(event.key)) return this.remove(field);
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!across && !down) return undefined;
    event.preventDefault();
    const step = event.shiftKey ? LEAPS : STEP;
    const box = this.model.box(field);
    if (event.altKey) this.#sized(field, box.w + across * step, box.h + down * step, across !== 0);
    else this.model.move(field, box.x + across * step, box.y + down * step);
    return this.#done();
  }

  #sized(field, w, h, byWidth) {
    const side = byWidth ? w : h;
    this.model.resize(field, field === "qr" ? side : w, field === "qr" ? side : h, this.#least(field));
  }

  #typed(control) {
    const name = control.dataset.value;
    if (!name) return;
    const value = control.type === "checkbox" ? control.checked : control.type === "number" ? control.valueAsNumber : control.value;
    if (Number.isNaN(value)) return;
    const box = this.model.box(this.selected);
    if (name === "cardWidth") this.model.layout.width = round(value);
    else if (name === "cardHeight") this.model.layout.height = round(value);
    else if (name in box) box[name] = round(value);
    else this.model.styled(this.selected)[name] = value;
    if (this.selected === "qr") box.h = box.w;
    this.draw();
  }

  #clicked(event) {
    const button = event.target.closest("button, input[data-barcode-switch]");
    if (!button) return;
    if (button.dataset.pick) this.select(button.dataset.pick, true);
    else if ("add" in button.dataset) this.add();
    else if ("remove" in button.dataset) this.remove(this.selected);
    else if ("undo" in button.dataset) this.#travel("undo");
    else if ("redo" in button.dataset) this.#travel("redo");
    else if ("standard" in button.dataset) this.#standard();
    else if ("barcodeSwitch" in button.dataset) this.#barcode(button.checked);
  }

  add() {
    const kind = this.root.querySelector("[data-add-kind]").value;
    const lang = this.root.querySelector("[data-add-lang]").value;
    const { texts, width, height } = this.model.layout;
    if (texts.length >= this.data.limits.max_texts) return;
    const place = { x: 4, y: round(Math.min(height - 10, 4 + (texts.length % 6) * 7)), w: round(Math.min(50, width - 8)), h: 7 };
    texts.push(newText(kind, place, { lang, words: kind === "free" ? this.data.samples.free[lang] : "" }));
    this.selected = `texts.${texts.length - 1}`;
    this.#done();
    this.#element(this.selected).focus();
  }

  remove(field) {
    if (field === "barcode") return this.#barcode(false);
    if (!this.model.text(field)) return undefined;
    this.model.layout.texts.splice(Number(field.slice(6)), 1);
    this.selected = "qr";
    return this.#done();
  }

  #barcode(wanted) {
    const { layout } = this.model;
    const width = Math.min(56, layout.width - 8);
    layout.barcode = wanted ? { x: 4, y: round(Math.max(0, layout.serial.box.y - 12)), w: round(width), h: 10 } : null;
    this.selected = wanted ? "barcode" : "qr";
    this.#done();
  }

  #travel(direction) {
    if (!this.model[direction]()) return;
    this.select(this.selected);
  }

  #standard() {
    const art = this.face.querySelector(".cp-art");
    this.#adapt(art?.naturalWidth || this.model.layout.width, art?.naturalHeight || this.model.layout.height);
  }

  #adapt(width, height) {
    const usual = defaultLayout(width, height, { lang: document.documentElement.lang === "ar" ? "ar" : "en" });
    this.model.layout = legible(usual, this.face.querySelector(".cp-art"));
    this.selected = "qr";
    this.model.commit();
    this.draw();
  }

  /** A picture was chosen in the same form: show it at once, and take its shape unless places were already set. */
  #picture(file) {
    if (!file || !/^image\/(png|jpeg|webp)$/.test(file.type)) return;
    const art = this.face.querySelector(".cp-art") ?? this.face.insertBefore(make("img", { class: "cp-art", alt: "" }), this.face.firstChild);
    if (art.src.startsWith("blob:")) URL.revokeObjectURL(art.src);
    art.addEventListener("load", () => this.untouched && this.#adapt(art.naturalWidth, art.naturalHeight), { once: true });
    art.src = URL.createObjectURL(file);
  }

  #sent(event) {
    if (!this.bad?.length) return;
    event.preventDefault();
    const notes = this.root.querySelector("[data-problems]");
    notes.scrollIntoView({ block: "center" });
    (notes.querySelector("button") ?? notes).focus();
  }
}

for (const root of document.querySelectorAll("[data-paper-editor]")) new Editor(root);
