// The full-screen answer of a redeem: a sound and the next action under the thumb.
// <div data-result="good"> or "bad"; made with the Web Audio API, so no file is loaded.
import { each } from "../lib/dom.js";
import { vibrate } from "../lib/vibrate.js";

const TUNES = { good: [[660, 0], [880, 0.11]], bad: [[220, 0], [180, 0.18]] };

function play(tune) {
  const audio = new AudioContext();
  for (const [pitch, at] of TUNES[tune] ?? []) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = pitch;
    tone.type = tune === "bad" ? "square" : "sine";
    loud.gain.setValueAtTime(0.12, audio.currentTime + at);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.16);
    tone.connect(loud).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.17);
  }
}

each("[data-result]", (element) => {
  play(element.dataset.result);
  vibrate(element.dataset.result === "bad" ? [60, 60, 60] : 60);
  element.querySelector("[data-next], a.btn, button")?.focus();
});
