// Makes src/api/schema.ts from the API description. `--check` only compares, for tests and CI.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("../", import.meta.url);
const source = new URL("../openapi/stead-v1.json", root);
const description = JSON.parse(readFileSync(source, "utf8"));
const note = "Generated from the API description by `npm run generate`. Do not edit.";
const paths = Object.keys(description.paths)
  .sort()
  .map((path) => `  ${JSON.stringify(path)},\n`)
  .join("");

const files = {
  "src/api/schema.ts": `// ${note}\n` + astToString(await openapiTS(description)),
  "src/api/paths.ts": `// ${note}\n/** The addresses that the server has. */\nexport const PATHS: readonly string[] = [\n${paths}];\n`,
};

let stale = false;
for (const [name, text] of Object.entries(files)) {
  const target = new URL(name, root);
  if (process.argv.includes("--check")) {
    const present = existsSync(target) ? readFileSync(target, "utf8") : "";
    if (present === text) continue;
    console.error(
      `${name} does not match ${fileURLToPath(source)}. Run \`npm run generate\` and commit the result.`,
    );
    stale = true;
  } else {
    writeFileSync(target, text);
    console.log(`Wrote ${fileURLToPath(target)} from ${fileURLToPath(source)}.`);
  }
}
process.exit(stale ? 1 : 0);
