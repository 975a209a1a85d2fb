// Lays out a coupon's face from the data attributes of its boxes (merchants/paper/face_body.html). Lengths become
// shares of the card's width (cqw), so the card scales with its place; the style attribute is never used, because the
// content security policy forbids it, but the CSS object model is free.

export const POINT = 25.4 / 72;
const LEAST_POINTS = 4;
const SHRINK = 0.93;

/** Millimetres as a share of a card `width` millimetres wide. */
function share(millimetres, width) {
  return `${(millimetres / width) * 100}cqw`;
}

/** Put every box of the face where its data says, and make words fit their frames as the printer does. */
export function place(face) {
  const width = Number(face.dataset.width);
  face.style.aspectRatio = `${width} / ${face.dataset.height}`;
  face.style.containerType = "inline-size";
  face.style.width = "100%";
  for (const box of face.querySelectorAll("[data-field]")) {
    const { x, y, w, h, size, colour } = box.dataset;
    box.style.left = share(x, width);
    box.style.top = share(y, width);
    box.style.width = share(w, width);
    box.style.height = share(h, width);
    if (!size) continue;
    box.style.color = colour;
    if (box.classList.contains("cp-text")) fit(box, Number(size), width);
    else box.style.fontSize = share(size * POINT, width);
  }
}

function fit(box, size, width) {
  let points = size;
  for (;;) {
    box.style.fontSize = share(points * POINT, width);
    const over = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
    if (!over || points <= LEAST_POINTS) {
      box.toggleAttribute("data-overflow", over);
      return;
    }
    points = Math.max(LEAST_POINTS, points * SHRINK);
  }
}

/** Lay out all faces of the page, now and whenever their size changes. */
export function placeAll(root = document) {
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => place(entry.target)));
  for (const face of root.querySelectorAll("[data-face]")) {
    place(face);
    observer.observe(face);
  }
}
