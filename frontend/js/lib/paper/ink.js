/** Black or white, whichever is read better: as `legible` of merchants/paper/defaults.py has it. */

const DARK = 120; // mean brightness of 255, below which white is read better

/** The layout with the ink of each text chosen by its part of the picture; as it is where there is no picture yet. */
export function legible(layout, art) {
  if (!art?.complete || !art.naturalWidth) return layout;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(layout.width);
  canvas.height = Math.round(layout.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(art, 0, 0, canvas.width, canvas.height);
  const texts = layout.texts.map((text) => ({ ...text, colour: isDark(context, text) ? "#ffffff" : "#111111" }));
  return { ...layout, texts };
}

function isDark(context, { box, plate }) {
  if (plate) return false;
  const { data } = context.getImageData(Math.floor(box.x), Math.floor(box.y), Math.max(1, Math.ceil(box.w)), Math.max(1, Math.ceil(box.h)));
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  return sum / (data.length / 4) < DARK;
}
