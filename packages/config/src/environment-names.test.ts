import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { ENVIRONMENT_NAMES, SERVICE_ENVIRONMENT_NAMES } from "./environment-names.ts";

it("every variable that is read is documented", async () => {
  const page = await readFile(new URL("../../../docs/reference/environment.md", import.meta.url), "utf8");
  for (const name of Object.keys({ ...ENVIRONMENT_NAMES, ...SERVICE_ENVIRONMENT_NAMES }))
    expect(page).toContain(`| \`${name}\` |`);
});
