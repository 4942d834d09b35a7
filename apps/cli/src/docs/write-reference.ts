import { mkdirSync, writeFileSync } from "node:fs";
import { referencePages } from "./reference-pages.ts";

const folder = new URL("../../../../docs/reference/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [path, text] of referencePages()) writeFileSync(new URL(path, folder), text);
