// Reads QR codes with the camera: the browser's own detector, or the WebAssembly reader where it has none.
// <div data-scanner data-target="#id_serial" data-submit></div> fills the field, sends its form, and fires `scan`.
import { BarcodeDetector as WasmDetector, prepareZXingModule } from "barcode-detector/ponyfill";

import { asset, each, icon, make, word } from "../lib/dom.js";
import { vibrate } from "../lib/vibrate.js";

const PAUSE = 120; // ms between looks: fast for a hand, easy on the battery
const SAME_AGAIN = 2500;

async function detector() {
  if ("BarcodeDetector" in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats: ["qr_code"] });
  }
  prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? asset("wasm") : prefix + path) } });
  return new WasmDetector({ formats: ["qr_code"] });
}

function deliver(box, text) {
  box.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: { text } }));
  const field = box.dataset.target && document.querySelector(box.dataset.target);
  if (!field) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if ("submit" in box.dataset) field.form?.requestSubmit();
}

async function look(box, video, reader) {
  let last = { text: "", at: 0 };
  while (box.isConnected && video.srcObject) {
    if (video.readyState >= 2 && !document.hidden) {
      const [code] = await reader.detect(video).catch(() => []);
      const fresh = code && (code.rawValue !== last.text || performance.now() - last.at > SAME_AGAIN);
      if (fresh) {
        last = { text: code.rawValue, at: performance.now() };
        vibrate(40);
        deliver(box, code.rawValue);
      }
    }
    await new Promise((wait) => setTimeout(wait, PAUSE));
  }
}

export function stop(box) {
  const video = box.querySelector("video");
  video?.srcObject?.getTracks().forEach((track) => track.stop());
  if (video) video.srcObject = null;
}

async function torch(track, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  await track.applyConstraints({ advanced: [{ torch: on }] });
  button.setAttribute("aria-pressed", String(on));
}

async function start(box) {
  const note = make("p", { class: "scanner-note", role: "status" }, word("cameraAsk"));
  const video = make("video", { playsinline: true, muted: true });
  video.muted = true;
  box.classList.add("scanner");
  box.replaceChildren(video, make("div", { class: "scanner-frame", "aria-hidden": "true" }), note);
  try {
    const [stream, reader] = await Promise.all([
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false }),
      detector(),
    ]);
    video.srcObject = stream;
    await video.play();
    note.textContent = word("cameraAim");
    const [track] = stream.getVideoTracks();
    if (track.getCapabilities?.().torch) {
      const button = make("button", { type: "button", class: "btn btn-square absolute end-3 top-3", "aria-pressed": "false", "aria-label": word("torch") }, icon("flashlight"));
      button.addEventListener("click", () => torch(track, button));
      box.append(button);
    }
    look(box, video, reader);
  } catch {
    box.classList.add("is-off");
    note.textContent = word("cameraNone");
  }
}

each("[data-scanner]", start);
window.addEventListener("pagehide", () => document.querySelectorAll("[data-scanner]").forEach(stop));
