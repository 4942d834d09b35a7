import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

const CHROMIUM = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const PASSWORD = "a long way to go home";

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM === undefined)("the page behind links, in Chromium", () => {
  let server: TestService;
  let browser: Browser;
  const refusals: string[] = [];

  beforeAll(async () => {
    server = await startTestService({ label: "account_page" });
    browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: QUIET,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server.stop();
  });

  async function open(token: string): Promise<Page> {
    const page = await browser.newPage();
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) refusals.push(message.text());
    });
    await page.goto(`${server.url}/accept#${token}`);
    return page;
  }

  async function makeKey(page: Page): Promise<string> {
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.locator("#made").waitFor();
    const commands = (await page.locator("#commands").textContent()) ?? "";
    return /slk_\w+_[\w-]{43}/.exec(commands)?.[0] ?? commands;
  }

  it("makes the first administrator, signs in and gives a key", async () => {
    const page = await open(server.service.firstSetup ?? "");
    await page.getByLabel("E-mail address").fill("ada@example.test");
    await page.getByLabel("Your name").fill("Ada <b>");
    await page.getByLabel("Password").fill("too short");
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await page.locator("#done").isVisible()).toBe(false);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Continue" }).click();
    const key = await makeKey(page);
    expect(new URL(page.url()).hash).toBe("");
    const me = await server.ask("GET", "/api/v1/me", { key });
    expect(me.json).toMatchObject({ user: { email: "ada@example.test", name: "Ada <b>" } });
    await page.close();
  });

  it("takes an invitation by keyboard alone, once", async () => {
    const invited = await server.ask("POST", "/api/v1/invitations", {
      body: { email: "grace@example.test", grants: [{ role: "viewer" }] },
    });
    const token = new URL(invited.json.url).hash.slice(1);
    const page = await open(token);
    await page.getByText("You are invited to default as grace@example.test.").waitFor();
    await page.getByLabel("Your name").focus();
    await page.keyboard.type("Grace");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("#done").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#made").waitFor();
    const again = await open(token);
    await again.getByText("This link does not work.").waitFor();
    expect(await again.locator("#problem").textContent()).not.toBe("");
    expect(await again.locator("#account").isVisible()).toBe(false);
    await Promise.all([page.close(), again.close()]);
  });

  it("says what is missing of a link that was cut, and breaks no policy", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/accept`);
    await page.getByText("what stands behind # is missing").waitFor();
    const broken = await context.newPage();
    await broken.goto(`${server.url}/accept#%zz`);
    await broken.getByText("This link does not work.").waitFor();
    await context.close();
    expect(refusals).toEqual([]);
  });
});
