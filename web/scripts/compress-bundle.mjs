// Lays compressed copies beside the files, for the server to hand out, says how much the first page loads, compressed, and fails
// when that grows above the budget.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUDGET = 200_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const entries = Object.values(manifest);
const first = new Set();

for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  const bytes = readFileSync(new URL(name, dist));
  if (bytes.length < 1024) continue;
  writeFileSync(new URL(`${name}.gz`, dist), gzipSync(bytes, { level: 9 }));
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(bytes));
}

function add(chunk) {
  if (!chunk || first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const css of chunk.css ?? []) first.add(css);
  for (const name of chunk.imports ?? []) add(manifest[name]);
}
add(entries.find((chunk) => chunk.isEntry));
add(entries.find((chunk) => chunk.src?.endsWith("features/instances/list-page.tsx")));
// The font files that a page in English downloads: the text's, and the one of the command in the status bar.
for (const chunk of entries) if (/inter-basic|mono-basic/.test(chunk.src ?? "")) first.add(chunk.file);

let total = 0;
const rows = [];
for (const file of first) {
  const bytes = readFileSync(new URL(file, dist));
  const compressed = file.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  const brotli = file.endsWith(".woff2") ? bytes.length : brotliCompressSync(bytes).length;
  total += compressed;
  rows.push({ file, raw: bytes.length, gzip: compressed, brotli });
}
rows.sort((a, b) => b.gzip - a.gzip);
for (const row of rows)
  console.log(`${String(row.gzip).padStart(8)} gzip ${String(row.brotli).padStart(8)} brotli  ${row.file}`);
console.log(`${String(total).padStart(8)} bytes gzip for the first page, font included (budget ${BUDGET}).`);
writeFileSync(
  new URL("../dist/.vite/first-page.json", import.meta.url),
  JSON.stringify({ total, rows }, null, 2),
);
if (total > BUDGET) {
  console.error("The first page is above its budget: split code or drop a dependency.");
  process.exit(1);
}
