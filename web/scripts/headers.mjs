// After `next build`: writes out/csp-hashes.json, the hashes of all inline scripts, for the gateway's CSP.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = new URL("../out", import.meta.url).pathname;
const pages = readdirSync(out, { recursive: true }).filter((name) => name.endsWith(".html") && !name.startsWith("preview"));
const hashes = new Set();
for (const page of pages) {
  const html = readFileSync(join(out, page), "utf8");
  for (const [, attributes, text] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
    if (/\bsrc=/.test(attributes) || text === "") continue;
    hashes.add(`'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  }
}
writeFileSync(join(out, "csp-hashes.json"), `${JSON.stringify([...hashes].sort(), null, 1)}\n`);
console.log(`${pages.length} pages, ${hashes.size} inline scripts hashed`);
