import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { graveFindings } from "../testing/axe.ts";
import { CHROMIUM_PATH } from "../testing/browser.ts";
import { DashboardWorld } from "../testing/dashboard-world.ts";
import { PASSWORD } from "../testing/people.ts";
import { type Transferred, watchTransfers } from "../testing/transferred.ts";

const MOST_SCRIPT_BYTES = 250_000;

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("the first load of the dashboard", () => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await DashboardWorld.open({ label: "first_load" });
  });
  afterEach(() => world.assertQuiet());
  afterAll(() => world.close());

  function expectSmall(what: string, { script, all, files }: Transferred): void {
    process.stderr.write(
      `first load, ${what}: ${(script / 1000).toFixed(1)} kB of JavaScript, ${(all / 1000).toFixed(1)} kB in all\n`,
    );
    const scripts = files.filter(({ name }) => name.startsWith("/assets/") && name.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter(({ bytes, encoding }) => bytes > 2_000 && encoding !== "br")).toEqual([]);
    expect(script).toBeGreaterThan(10_000);
    expect(script).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
  }

  it("is at most 250 kB of compressed JavaScript for who is not signed in", async () => {
    const context = await world.newContext();
    const page = await context.newPage();
    const transferred = watchTransfers(page);
    world.complaints.expect(/401/);
    await page.goto(`${world.server.url}/`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.waitForLoadState("networkidle");
    expectSmall("signed out", await transferred());
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await world.screenshot(page, `sign-in-${theme}`);
      expect(await graveFindings(page)).toEqual([]);
    }
  });

  it("leads who signs in to where they wanted", async () => {
    const context = await world.newContext();
    const page = await context.newPage();
    world.complaints.expect(/401/);
    await page.goto(`${world.server.url}/settings`);
    await page.getByLabel("E-mail").fill(world.people.ada.email);
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/settings");
  });

  it("is at most that for the overview", async () => {
    const page = await world.openAs("ada", "about:blank");
    const transferred = watchTransfers(page);
    await page.goto(`${world.server.url}/`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(1_000);
    expectSmall("overview", await transferred());
  });
});
