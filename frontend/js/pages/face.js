// Pages that show a coupon's face: include merchants/paper/preview.html, which loads this.
import { placeAll } from "../lib/paper/face.js";

placeAll();
document.fonts.ready.then(() => placeAll());
document.addEventListener("htmx:afterSwap", (event) => placeAll(event.detail.target));
