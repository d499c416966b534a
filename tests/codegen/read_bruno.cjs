// Read the collection in docs/collections/bruno with Bruno's own parser (`.ci/codegen`): `node read_bruno.cjs <folder>`.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const { bruToEnvJsonV2, bruToJsonV2, collectionBruToJson } = require("@usebruno/lang");

const root = process.argv[2];
const files = readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".bru"));
let requests = 0;
for (const name of files) {
  const text = readFileSync(join(root, name), "utf8");
  if (name.startsWith("environments")) bruToEnvJsonV2(text);
  else if (/(collection|folder)\.bru$/.test(name)) collectionBruToJson(text);
  else {
    const { http, meta } = bruToJsonV2(text);
    if (!http?.url || !meta?.name) throw new Error(`${name} has no URL or no name`);
    requests++;
  }
}
console.log(`Bruno reads ${requests} requests.`);
