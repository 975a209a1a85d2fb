// What forbids printing a layout, and what is probably not meant: the same rules as merchants/paper/layout.py, which
// has the last word when the form is sent. Problems are { field, code, kind }.
import { POINT } from "./face.js";

const SERIAL_WIDTH_PER_POINT = 4.5;
const MIN_TEXT = [3, 1.5];
const HAIR = 0.001;

export function overlaps(a, b) {
  return Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x) > 0.01 && Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y) > 0.01;
}

function holds(layout, box) {
  return box.x >= -HAIR && box.y >= -HAIR && box.w > 0 && box.h > 0 && box.x + box.w <= layout.width + HAIR && box.y + box.h <= layout.height + HAIR;
}

export function problems(layout, limits) {
  const found = [];
  const add = (field, code, kind = "") => found.push({ field, code, kind });
  const { width, height, qr, serial, barcode, texts } = layout;
  if (!(width >= limits.min_width && width <= limits.max_width && height >= limits.min_height && height <= limits.max_height)) {
    return [{ field: "size", code: "size", kind: "" }];
  }
  if (Math.min(qr.w, qr.h) < limits.min_qr - HAIR) add("qr", "too_small");
  if (Math.abs(qr.w - qr.h) > HAIR) add("qr", "not_square");
  if (!holds(layout, qr)) add("qr", "outside");
  if (overlaps(qr, serial.box)) add("serial", "overlap");
  if (barcode) {
    if (!holds(layout, barcode)) add("barcode", "outside");
    if (barcode.w < limits.min_bar_width || barcode.h < limits.min_bar_height) add("barcode", "too_small");
    if (overlaps(barcode, qr) || overlaps(barcode, serial.box)) add("barcode", "overlap");
  }
  if (!holds(layout, serial.box)) add("serial", "outside");
  if (!(serial.size >= limits.min_serial_pt && serial.size <= limits.max_pt)) add("serial", "font_size");
  if (serial.box.w < serial.size * SERIAL_WIDTH_PER_POINT || serial.box.h < serial.size * POINT) add("serial", "too_small");
  texts.forEach((text, number) => {
    const field = `texts.${number}`;
    if (!holds(layout, text.box)) add(field, "outside", text.kind);
    if (text.box.w < MIN_TEXT[0] || text.box.h < MIN_TEXT[1]) add(field, "too_small", text.kind);
    if (!(text.size >= limits.min_text_pt && text.size <= limits.max_pt)) add(field, "font_size", text.kind);
  });
  return found;
}

export function warnings(layout) {
  const codes = [layout.qr, layout.serial.box, ...(layout.barcode ? [layout.barcode] : [])];
  return layout.texts.flatMap((text, number) => {
    const field = `texts.${number}`;
    if (codes.some((code) => overlaps(text.box, code))) return [{ field, code: "under_code", kind: text.kind }];
    if (layout.texts.slice(0, number).some((other) => overlaps(text.box, other.box))) return [{ field, code: "on_text", kind: text.kind }];
    return [];
  });
}
