import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRODUCTION, STAGING } from "./shop.ts";

/** A folder with the syncline.yaml of the walk-through. */
export function makeWorkspace(url: (database: string) => string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "syncline-demo-"));
  writeFileSync(join(folder, "staging.url"), `${url(STAGING)}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "production.url"), `${url(PRODUCTION)}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "mask.key"), `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "syncline.yaml"), CONFIG);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const CONFIG = `version: 1
servers:
  staging:
    url: { file: ./staging.url }
    tenancy: { kind: schema }
    environment: staging
  prod:
    url: { file: ./production.url }
    tenancy: { kind: schema }
    environment: production
    protection: protected
masks:
  people:
    key: { file: ./mask.key }
    tables:
      customers:
        email: { fake: email }
        full_name: { fake: full-name }
        phone: keep-format
`;
