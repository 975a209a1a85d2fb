// Sensible places for a picture of any shape: the same as merchants/paper/defaults.py, for a picture that was only
// just chosen and is not on the server yet.
import { POINT } from "./face.js";

const LIMIT = { minWidth: 40, maxWidth: 190, minHeight: 25, maxHeight: 277, minQr: 15, minText: 4 };
const SERIAL_WIDTH_PER_POINT = 4.5;
const LINE = 1.5;
const STYLES = { offer: [24, 2, true], title: [12, 1, true], merchant: [10, 1, false], terms: [7, 3, false], expiry: [9, 1, false] };

const tenth = (value) => Math.round(value * 10) / 10;
const half = (value) => Math.floor(value * 2) / 2;
const box = (x, y, w, h) => ({ x, y, w, h });

export function defaultLayout(widthPx, heightPx, { lang = "en", kinds = ["offer", "title", "expiry"] } = {}) {
  const shape = Math.max(0.2, Math.min(5, widthPx / heightPx));
  let width = shape >= 1 ? 90 : Math.max(58, 90 * shape);
  width = Math.min(LIMIT.maxWidth, Math.max(width, 28 * shape));
  const height = tenth(Math.min(LIMIT.maxHeight, Math.max(LIMIT.minHeight, width / shape)));
  width = tenth(width);
  const layout = (shape > 1.15 ? beside : below)(width, height, kinds);
  return lang === "ar" ? mirrored(layout, lang) : layout;
}

function beside(width, height, kinds) {
  const edge = tenth(Math.min(4, height * 0.06));
  const side = tenth(Math.min(Math.max(LIMIT.minQr, height * 0.42), height - 2 * edge));
  const free = width - side - 3 * edge;
  const size = Math.min(11, half(free / SERIAL_WIDTH_PER_POINT));
  const tall = Math.max(4.5, tenth(size * POINT * 1.7));
  const serial = box(edge, tenth(height - edge - tall), tenth(free), tall);
  const qr = box(tenth(width - edge - side), tenth(height - edge - side), side, side);
  return whole(width, height, qr, serial, size, stack(kinds, box(edge, edge, tenth(free), tenth(serial.y - 2 * edge))));
}

function below(width, height, kinds) {
  const edge = 4;
  const size = Math.min(12, half((width - 2 * edge) / SERIAL_WIDTH_PER_POINT));
  const tall = tenth(size * POINT * 1.7);
  const serial = box(edge, tenth(height - edge - tall), tenth(width - 2 * edge), tall);
  const side = tenth(Math.max(LIMIT.minQr, Math.min(width * 0.42, height * 0.4)));
  const qr = box(tenth((width - side) / 2), tenth(serial.y - 1.5 - side), side, side);
  return whole(width, height, qr, serial, size, stack(kinds, box(edge, edge, tenth(width - 2 * edge), tenth(qr.y - 2 * edge))));
}

function whole(width, height, qr, place, size, texts) {
  const serial = { box: place, size, colour: "#111111", align: "center", plate: true };
  return { version: 1, width, height, qr, serial, texts, barcode: null };
}

function stack(kinds, room) {
  const natural = kinds.map((kind) => STYLES[kind][0] * LINE * POINT * STYLES[kind][1]);
  const factor = Math.min(1, room.h / natural.reduce((sum, tall) => sum + tall, 0));
  const texts = [];
  let top = room.y;
  for (const [number, kind] of kinds.entries()) {
    const [size, , bold] = STYLES[kind];
    const place = box(room.x, tenth(top), room.w, Math.max(2, Math.floor(natural[number] * factor * 10) / 10));
    if (place.y + place.h > room.y + room.h + 0.01) break;
    texts.push(newText(kind, place, { size: Math.max(LIMIT.minText, half(size * factor)), bold }));
    top += place.h;
  }
  return texts;
}

/** A text as the server reads it, with its usual looks. */
export function newText(kind, place, changes = {}) {
  return { kind, box: place, lang: "en", size: 10, colour: "#111111", align: "start", bold: false, plate: false, words: "", ...changes };
}

function mirrored(layout, lang) {
  const flip = (place) => ({ ...place, x: tenth(layout.width - place.x - place.w) });
  return {
    ...layout,
    qr: flip(layout.qr),
    serial: { ...layout.serial, box: flip(layout.serial.box) },
    texts: layout.texts.map((text) => ({ ...text, box: flip(text.box), lang })),
  };
}
