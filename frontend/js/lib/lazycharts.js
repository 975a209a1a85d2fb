// The chart libraries come only to pages that have a chart.
import { asset, each } from "./dom.js";

export function start() {
  let library;
  each("[data-chart]", (element) => {
    library ??= import(asset("charts"));
    library.then((charts) => charts.draw(element));
  });
}
