// The layout that is being edited: fields by name ("qr", "serial", "barcode", "texts.2"), moves, and steps back.

const half = (value) => Math.round(value * 2) / 2;
export const round = (value) => Math.round(value * 100) / 100;

export class Model {
  constructor(layout) {
    this.layout = layout;
    this.past = [];
    this.future = [];
    this.before = JSON.stringify(layout);
  }

  fields() {
    const { barcode, texts } = this.layout;
    return ["qr", "serial", ...(barcode ? ["barcode"] : []), ...texts.map((_, number) => `texts.${number}`)];
  }

  text(field) {
    return field.startsWith("texts.") ? this.layout.texts[Number(field.slice(6))] : null;
  }

  box(field) {
    if (field === "qr") return this.layout.qr;
    if (field === "barcode") return this.layout.barcode;
    return field === "serial" ? this.layout.serial.box : this.text(field).box;
  }

  /** What carries type size, colour and alignment, if anything does. */
  styled(field) {
    return field === "serial" ? this.layout.serial : this.text(field);
  }

  /** Move a field; it never leaves the card while it is smaller than the card. */
  move(field, x, y) {
    const box = this.box(field);
    box.x = round(Math.max(0, Math.min(x, this.layout.width - box.w)));
    box.y = round(Math.max(0, Math.min(y, this.layout.height - box.h)));
  }

  /** Resize a field from its top left corner; the QR code stays square. */
  resize(field, w, h, least) {
    const box = this.box(field);
    const [minWidth, minHeight] = least;
    box.w = round(Math.max(minWidth, Math.min(w, this.layout.width - box.x)));
    box.h = round(Math.max(minHeight, Math.min(h, this.layout.height - box.y)));
    if (field === "qr") box.w = box.h = Math.max(minWidth, Math.min(box.w, box.h));
  }

  /** The step is done: remember what was before it. */
  commit() {
    const now = JSON.stringify(this.layout);
    if (now === this.before) return;
    this.past.push(this.before);
    if (this.past.length > 100) this.past.shift();
    this.future = [];
    this.before = now;
  }

  undo() {
    return this.#travel(this.past, this.future);
  }

  redo() {
    return this.#travel(this.future, this.past);
  }

  #travel(from, to) {
    if (!from.length) return false;
    to.push(this.before);
    this.before = from.pop();
    this.layout = JSON.parse(this.before);
    return true;
  }
}

/** Where a moved box catches: the half-millimetre grid, and edges and centres of the card and of other boxes. */
export function snapped(model, field, x, y, reach) {
  const { layout } = model;
  const own = model.box(field);
  const others = model.fields().filter((name) => name !== field).map((name) => model.box(name));
  const [columns, rows] = [lines(layout.width, others, "x", "w"), lines(layout.height, others, "y", "h")];
  const [caughtX, lineX] = caught(x, own.w, columns, reach);
  const [caughtY, lineY] = caught(y, own.h, rows, reach);
  return { x: caughtX ?? half(x), y: caughtY ?? half(y), lineX, lineY };
}

function lines(size, boxes, start, length) {
  return [0, size / 2, size, ...boxes.flatMap((box) => [box[start], box[start] + box[length] / 2, box[start] + box[length]])];
}

function caught(start, length, places, reach) {
  let best = [null, null];
  let nearest = reach;
  for (const place of places) {
    for (const offset of [0, length / 2, length]) {
      const distance = Math.abs(start + offset - place);
      if (distance < nearest) {
        nearest = distance;
        best = [round(place - offset), place];
      }
    }
  }
  return best;
}
