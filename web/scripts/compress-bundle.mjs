// Lays compressed copies beside the files, for the server to hand out, says how much the first page loads, compressed, and fails
// when that grows above the budget.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUDGET = 200_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const entries = Object.values(manifest);

for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  const bytes = readFileSync(new URL(name, dist));
  if (bytes.length < 1024) continue;
  writeFileSync(new URL(`${name}.gz`, dist), gzipSync(bytes, { level: 9 }));
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(bytes));
}

/** What a browser downloads for the entry and these lazy parts, with those of the fonts that a page in English needs. */
function measure(fonts, ...parts) {
  const files = new Set();
  const add = (chunk) => {
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const name of chunk.imports ?? []) add(manifest[name]);
  };
  add(entries.find((chunk) => chunk.isEntry));
  for (const part of parts) add(entries.find((chunk) => chunk.src?.endsWith(part)));
  for (const chunk of entries) if (fonts.test(chunk.src ?? "")) files.add(chunk.file);
  const rows = Array.from(files, (file) => {
    const bytes = readFileSync(new URL(file, dist));
    const packed = file.endsWith(".woff2");
    return {
      file,
      raw: bytes.length,
      gzip: packed ? bytes.length : gzipSync(bytes, { level: 9 }).length,
      brotli: packed ? bytes.length : brotliCompressSync(bytes).length,
    };
  }).sort((a, b) => b.gzip - a.gzip);
  return { rows, total: rows.reduce((sum, row) => sum + row.gzip, 0) };
}

const { rows, total } = measure(
  /inter-basic|mono-basic/,
  "app/shell.tsx",
  "features/instances/list-page.tsx",
);
const signIn = measure(/inter-basic/, "features/sign-in/sign-in-page.tsx").total;
for (const row of rows)
  console.log(`${String(row.gzip).padStart(8)} gzip ${String(row.brotli).padStart(8)} brotli  ${row.file}`);
console.log(`${String(total).padStart(8)} bytes gzip for the first page, font included (budget ${BUDGET}).`);
console.log(`${String(signIn).padStart(8)} bytes gzip for the sign-in page, font included.`);
writeFileSync(
  new URL("../dist/.vite/first-page.json", import.meta.url),
  JSON.stringify({ total, signIn, rows }, null, 2),
);
if (total > BUDGET) {
  console.error("The first page is above its budget: split code or drop a dependency.");
  process.exit(1);
}
