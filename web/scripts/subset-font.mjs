// Cuts the fonts down to the characters that nearly every page uses, so that the first page loads half of it. The rest of each
// family follows only when a text needs it. Run by `predev` and `prebuild`; the result is not committed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

const modules = new URL("../node_modules/", import.meta.url);
const folder = new URL("../src/fonts/", import.meta.url);
let characters = "–—‘’“”…·×✓●▲✕›␣";
for (let code = 0x20; code < 0x7f; code += 1) characters += String.fromCodePoint(code);

mkdirSync(folder, { recursive: true });
async function cut(source, target, options) {
  const font = await subsetFont(readFileSync(new URL(source, modules)), characters, {
    targetFormat: "woff2",
    ...options,
  });
  writeFileSync(new URL(target, folder), font);
  console.log(`${target}: ${font.length} bytes`);
}
await cut("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2", "inter-basic.woff2", {
  variationAxes: { wght: { min: 400, max: 700 } },
});
// Without the ligatures of code, which we switch off everywhere.
await cut("@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2", "mono-basic.woff2", {
  noLayoutClosure: true,
});
