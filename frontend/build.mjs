// Builds everything the pages load into dist/: styles, scripts, icons, fonts, and the QR reader's WebAssembly.
//   node build.mjs            skips the work when no input changed
//   node build.mjs --force    always builds
//   node build.mjs --check    exit code 1 when dist/ is not up to date
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const modules = join(here, "node_modules");
const out = join(here, "dist", "ui");
const stampFile = join(here, "dist", ".stamp");

// Icons that scripts ask for by a computed name; every other one is found by its quoted name in the sources.
const ICONS_BY_SCRIPT = ["check", "copy", "info", "circle-check", "triangle-alert", "circle-x", "undo-2", "x", "search"];
const FONTS = [
  ["@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", "inter-latin.woff2"],
  ["@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2", "inter-latin-ext.woff2"],
  ["@fontsource-variable/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2", "noto-arabic.woff2"],
];

function filesUnder(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && !["node_modules", "dist", "__pycache__"].includes(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path, wanted) : wanted(path) ? [path] : [];
    });
}

// Rooms are the folders at the root and under platform/ that are Python packages.
function rooms() {
  return [root, join(root, "platform")].flatMap((base) =>
    readdirSync(base, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "tests")
      .map((entry) => join(base, entry.name))
      .filter((folder) => existsSync(join(folder, "__init__.py"))),
  );
}

function inputs() {
  const own = filesUnder(join(here, "css"), () => true).concat(filesUnder(join(here, "js"), () => true));
  const pages = rooms().flatMap((room) => filesUnder(room, (path) => /\.(html|py|svg|txt)$/.test(path) && !/\/(migrations|locale)\//.test(path)));
  return [join(here, "build.mjs"), join(here, "package.json"), ...own, ...pages].sort();
}

function stampOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

function run(script, args) {
  const done = spawnSync(process.execPath, [join(modules, script), ...args], { cwd: here, stdio: ["ignore", "ignore", "pipe"] });
  if (done.status !== 0) throw new Error(`${script}: ${done.stderr}`);
}

function styles() {
  run("@tailwindcss/cli/dist/index.mjs", ["-i", "css/app.css", "-o", "dist/ui/app.css", "--minify"]);
}

async function scripts() {
  const { build } = await import("esbuild");
  const pages = filesUnder(join(here, "js", "pages"), (path) => path.endsWith(".js"));
  const shared = { bundle: true, minify: true, target: "es2022", legalComments: "none", charset: "utf8", logLevel: "warning" };
  await build({ ...shared, entryPoints: [join(here, "js/early.js")], format: "iife", outdir: out });
  await build({ ...shared, entryPoints: [join(here, "js/app.js"), join(here, "js/charts.js")], format: "esm", outdir: out });
  if (pages.length) await build({ ...shared, entryPoints: pages, format: "esm", outdir: join(out, "pages") });
}

function icons(sources) {
  const folder = join(modules, "lucide-static", "icons");
  const names = new Set(ICONS_BY_SCRIPT);
  for (const path of sources.filter((name) => /\.(html|py|js)$/.test(name))) {
    for (const [, name] of readFileSync(path, "utf8").matchAll(/["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']/g)) {
      if (existsSync(join(folder, `${name}.svg`))) names.add(name);
    }
  }
  const symbols = [...names].sort().map((name) => {
    const body = readFileSync(join(folder, `${name}.svg`), "utf8").replace(/<!--.*?-->/s, "");
    const inner = body.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

function copies() {
  mkdirSync(join(out, "fonts"), { recursive: true });
  for (const [from, to] of FONTS) copyFileSync(join(modules, from), join(out, "fonts", to));
  copyFileSync(join(modules, "zxing-wasm/dist/reader/zxing_reader.wasm"), join(out, "zxing_reader.wasm"));
}

const sources = inputs();
const stamp = stampOf(sources);
const fresh = existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp;
if (process.argv.includes("--check")) process.exit(fresh ? 0 : 1);
if (!fresh || process.argv.includes("--force")) {
  const began = Date.now();
  rmSync(stampFile, { force: true });
  mkdirSync(out, { recursive: true });
  styles();
  await scripts();
  icons(sources);
  copies();
  writeFileSync(stampFile, stamp);
  console.log(`front end built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
