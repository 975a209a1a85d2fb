// Charts: uPlot for lines over time, Chart.js for bars and doughnuts. Loaded by pages that have one.
import { ArcElement, BarController, BarElement, CategoryScale, Chart, DoughnutController, Legend, LinearScale, Tooltip } from "chart.js";
import uPlot from "uplot";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, DoughnutController, ArcElement, Tooltip, Legend);

const drawn = new Map();

function token(name, element = document.documentElement) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

// Canvas wants plain colours: let the browser work out mixes and OKLCH.
function colour(value) {
  const probe = document.createElement("span");
  probe.style.color = value;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function colours() {
  const names = ["--color-primary", "--color-accent", "--color-info", "--color-success", "--color-warning", "--color-error"];
  return names.map((name) => colour(`var(${name})`));
}

function transparent(value, share) {
  return colour(`color-mix(in srgb, ${value} ${share}%, transparent)`);
}

function language() {
  return document.documentElement.lang === "ar" ? "ar-u-nu-latn" : document.documentElement.lang;
}

function number(value) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
}

function short(value) {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function size(element) {
  return { width: Math.max(40, element.clientWidth), height: Math.max(24, element.clientHeight) };
}

function sparkline(element, { values }) {
  const [brand] = colours();
  return new uPlot(
    {
      ...size(element),
      cursor: { show: false },
      legend: { show: false },
      padding: [3, 2, 3, 2],
      scales: { x: { time: false } },
      axes: [{ show: false }, { show: false }],
      series: [{}, { stroke: brand, width: 1.5, fill: transparent(brand, 10), points: { show: false } }],
    },
    [values.map((_, index) => index), values],
    element,
  );
}

function line(element, { x, series }) {
  const palette = colours();
  const muted = colour("var(--muted)");
  const grid = { stroke: colour("var(--line)"), width: 1 };
  const font = `12px ${token("--font-sans")}`;
  const day = new Intl.DateTimeFormat(language(), { day: "numeric", month: "short" });
  const axis = { stroke: muted, font, grid, ticks: { show: false } };
  return new uPlot(
    {
      ...size(element),
      height: size(element).height - 28,
      cursor: { points: { size: 7 }, y: false },
      legend: { live: true },
      scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
      axes: [
        { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => day.format(new Date(tick * 1000))) },
        { ...axis, size: 48, values: (_, ticks) => ticks.map(short) },
      ],
      series: [
        { label: "", value: (_, at) => (at == null ? "" : day.format(new Date(at * 1000))) },
        ...series.map((one, index) => ({
          label: one.label,
          stroke: palette[index % palette.length],
          width: 2,
          fill: series.length === 1 ? transparent(palette[index], 8) : undefined,
          points: { show: x.length < 3 },
          value: (_, value) => (value == null ? "" : number(value)),
        })),
      ],
    },
    [x, ...series.map((one) => one.values)],
    element,
  );
}

function chartJs(element, kind, { labels, series }) {
  const palette = colours();
  const ink = colour("var(--color-base-content)");
  const muted = colour("var(--muted)");
  const lines = colour("var(--line)");
  const surface = colour("var(--color-base-100)");
  const font = { family: token("--font-sans"), size: 12 };
  const round = kind === "doughnut";
  const canvas = document.createElement("canvas");
  element.append(canvas);
  return new Chart(canvas, {
    type: round ? "doughnut" : "bar",
    data: {
      labels,
      datasets: series.map((one, index) => ({
        label: one.label,
        data: one.values,
        backgroundColor: round ? labels.map((_, at) => palette[at % palette.length]) : palette[index % palette.length],
        borderRadius: round ? 0 : 4,
        borderWidth: round ? 2 : 0,
        borderColor: surface,
        maxBarThickness: 36,
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 180 },
      cutout: round ? "68%" : undefined,
      locale: "en",
      plugins: {
        legend: { display: round || series.length > 1, position: "bottom", labels: { color: ink, font, boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 5 } },
        tooltip: { titleFont: font, bodyFont: font },
      },
      scales: round
        ? {}
        : {
            x: { grid: { display: false }, border: { color: lines }, ticks: { color: muted, font } },
            y: { beginAtZero: true, grid: { color: lines }, border: { display: false }, ticks: { color: muted, font, callback: short, maxTicksLimit: 6 } },
          },
    },
  });
}

function render(element) {
  const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
  const kind = element.dataset.chart;
  element.replaceChildren();
  drawn.get(element)?.destroy();
  const chart = kind === "sparkline" ? sparkline(element, data) : kind === "line" ? line(element, data) : chartJs(element, kind, data);
  drawn.set(element, chart);
}

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = drawn.get(target);
    if (!(chart instanceof uPlot)) continue;
    const { width, height } = size(target);
    const wanted = target.dataset.chart === "line" ? height - 28 : height;
    if (chart.width !== width) chart.setSize({ width, height: wanted });
  }
});

/** Draw one chart; its data stands in the JSON beside it. */
export async function draw(element) {
  if (drawn.has(element)) return;
  await document.fonts.ready;
  render(element);
  observer.observe(element);
}

function again() {
  for (const element of [...drawn.keys()]) {
    if (element.isConnected) {
      render(element);
    } else {
      drawn.get(element).destroy();
      drawn.delete(element);
    }
  }
}
document.addEventListener("ui:theme", again);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
