import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";
import { PASSWORD } from "../../testing/people.ts";

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("signing in and links, in Chromium", () => {
  let world: DashboardWorld;
  beforeAll(async () => {
    world = await DashboardWorld.open({ label: "accept" });
  });
  afterAll(() => world.close());
  afterEach(() => world.assertQuiet());

  async function invited(email: string): Promise<string> {
    const body = { email, grants: [{ role: "viewer", projectId: null, environmentId: null }] };
    return new URL((await world.ask("ada", "POST", "/invitations", body)).url).hash;
  }

  it("takes an invitation by keyboard alone, once, and makes a key for the command line", async () => {
    const hash = await invited("grace@example.test");
    const page = await world.openAs(null, `/accept${hash}`);
    await page.getByText("You are invited to default as grace@example.test.").waitFor();
    await page.getByLabel("Name").focus();
    await page.keyboard.type("Grace <b>");
    await page.keyboard.press("Tab");
    world.complaints.expect(/400/);
    await page.keyboard.type("too short");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await page.locator('input[type="password"]').focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText("You are signed in as grace@example.test.").waitFor();
    expect(new URL(page.url()).hash).toBe("");
    await page.getByRole("button", { name: "Make a key" }).click();
    const commands = (await page.locator("pre").textContent()) ?? "";
    const key = /slk_\w+_[\w-]{43}/.exec(commands)?.[0] ?? commands;
    const me = await fetch(`${world.server.url}/api/v1/me`, { headers: { Authorization: `Bearer ${key}` } });
    expect(await me.json()).toMatchObject({ user: { email: "grace@example.test", name: "Grace <b>" } });
    await page.getByRole("link", { name: "Open the dashboard" }).click();
    await page.getByRole("button", { name: "Account of Grace <b>" }).waitFor();
    world.complaints.expect(/40\d|410/);
    const again = await world.openAs(null, `/accept${hash}`);
    await again.getByRole("heading", { name: "This link does not work" }).waitFor();
    expect(await again.getByRole("textbox").count()).toBe(0);
  });

  it("says what is missing of a link that was cut", async () => {
    world.complaints.expect(/40\d/);
    const page = await world.openAs(null, "/accept");
    await page.getByText("What stands behind # is missing").waitFor();
    const broken = await world.openAs(null, "/accept#%zz");
    await broken.getByRole("heading", { name: "This link does not work" }).waitFor();
  });

  it("shows the sign-in form at the page that was asked for, and then that page", async () => {
    world.complaints.expect(/40\d/);
    const page = await world.openAs(null, "/runs?state=failed");
    await signIn(page, "not the password");
    await page.getByRole("alert").waitFor();
    await signIn(page, PASSWORD);
    await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    expect(new URL(page.url()).search).toContain("failed");
    await page.getByRole("button", { name: "Account of Ada" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    const me = await page.request.get(`${world.server.url}/api/v1/me`);
    expect(me.status()).toBe(401);
  });

  async function signIn(page: Page, password: string): Promise<void> {
    await page.getByLabel("E-mail").fill("ada@example.test");
    await page.locator('input[type="password"]').fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  }
});
