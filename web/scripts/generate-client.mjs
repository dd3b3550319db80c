// Makes src/api/schema.ts from the API description. `--check` only compares, for tests and CI.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = new URL("../", import.meta.url);
const source = new URL("../openapi/stead-v1.json", root);
const description = JSON.parse(readFileSync(source, "utf8"));
const note = "Generated from the API description by `npm run generate`. Do not edit.";
const target = new URL("src/api/schema.ts", root);
const text = `// ${note}\n` + astToString(await openapiTS(description));

if (process.argv.includes("--check")) {
  const present = existsSync(target) ? readFileSync(target, "utf8") : "";
  if (present !== text) {
    console.error(
      `${fileURLToPath(target)} does not match ${fileURLToPath(source)}. Run \`npm run generate\` and commit the result.`,
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
  console.log(`Wrote ${fileURLToPath(target)} from ${fileURLToPath(source)}.`);
}
