import { expect, it } from "vitest";
import { findInstalledBinDir, startSecondServer } from "./index.ts";
import { queryOnce } from "./query-once.ts";

it("is null for a version that is not installed", async () => {
  expect(await startSecondServer({ major: 7 })).toBeNull();
});

it.skipIf(findInstalledBinDir(15) === null)("runs a server of the asked version", async () => {
  const server = await startSecondServer({ major: 15 });
  if (server === null) throw new Error("an installed server did not start");
  try {
    const [row] = await queryOnce<{ version: string }>(
      server.url(),
      "SELECT current_setting('server_version_num') AS version",
    );
    expect(row?.version).toMatch(/^15/);
  } finally {
    await server.stop();
  }
});
