import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../testing/browser.ts";
import { DashboardWorld, PHONE } from "../testing/dashboard-world.ts";
import { PASSWORD } from "../testing/people.ts";
import { REVIEW_WORLD, type Tenant } from "../testing/review-fixture.ts";
import { overflowOf } from "../testing/settled.ts";

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("bad weather", { timeout: 180_000 }, () => {
  let world: DashboardWorld<"ann" | "ben" | "cem">;
  beforeAll(async () => {
    world = await DashboardWorld.open({ label: "bad_weather", ...REVIEW_WORLD });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await world.screenshotAll(`failed ${task.name}`);
    await world.assertQuiet();
  });
  afterAll(() => world.close());

  async function reviewOf(tenant: Tenant, table: string): Promise<string> {
    const [source, target] = [`stage:${tenant}:${table}`, `prod:${tenant}:${table}`];
    const run = await world.diff("ann", source, target);
    const definition = { name: "apply", kind: "apply", patch: run.summary.patchId, target };
    const { id } = await world.ask("ann", "POST", "/reviews", { title: `${table} of ${tenant}`, definition });
    return id;
  }

  const decide = async (page: Page, what: "Approve" | "Refuse", reason: string) => {
    await page.getByRole("button", { name: what }).first().click();
    await page.getByRole("dialog").getByRole("textbox").fill(reason);
  };
  const confirm = (page: Page, what: "Approve" | "Refuse") =>
    page.getByRole("dialog").getByRole("button", { name: what }).click();

  /** After longer than the page takes for granted who is signed in. */
  const lookAgain = async (page: Page) => {
    await page.clock.fastForward("02:00");
    await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  };

  it("a session that ends while a form is filled in loses nothing of it", async () => {
    world.complaints.expect(/status of 401/);
    const page = await world.openAs("ann", "/jobs/new");
    const name = page.getByRole("textbox", { name: "Name" });
    await name.fill("typed-with-care");
    for (const [label, server] of [
      ["Source", "stage"],
      ["Target", "prod"],
    ] as const) {
      const place = page.getByRole("group", { name: label });
      await place.getByRole("button", { name: "Type a locator" }).click();
      await place.getByLabel(`${label}: locator`).fill(`${server}:weather:users`);
    }
    await world.endSessionOf(page);
    await page.keyboard.press("ControlOrMeta+Enter");
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    expect(await name.inputValue()).toBe("typed-with-care");
    await dialog.locator("input[type=password]").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "typed-with-care" }).waitFor();
    const { items } = await world.ask("ada", "GET", "/jobs?name=typed-with-care");
    expect(items).toMatchObject([{ definition: { kind: "diff", source: "stage:weather:users" } }]);
  });

  it("a session that is found ended when the window is looked at again leaves the page as it was", async () => {
    world.complaints.expect(/status of 401/);
    const page = await world.openAs("ann", "about:blank");
    await page.clock.install();
    await page.goto(`${world.server.url}/jobs/new`);
    const name = page.getByRole("textbox", { name: "Name" });
    await name.fill("left-for-lunch");
    await page.context().clearCookies();
    await lookAgain(page);
    await page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
    expect(await name.inputValue()).toBe("left-for-lunch");
  });

  it("what waited for a sign-in does not go out in the name of who signs in in another tab", async () => {
    world.complaints.expect(/status of 401/);
    const page = await world.openAs("ann", "about:blank");
    await page.clock.install();
    await page.goto(`${world.server.url}/account`);
    await page.getByRole("textbox", { name: "Name" }).fill("Not Ben");
    await page.context().clearCookies();
    await page.getByRole("textbox", { name: "Name" }).press("Enter");
    await page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
    const other = await page.context().newPage();
    await other.goto(world.server.url);
    await other.getByLabel("E-mail").fill(world.people.ben.email);
    await other.locator("input[type=password]").fill(PASSWORD);
    await other.keyboard.press("Enter");
    await other.getByRole("button", { name: "Account of Ben" }).waitFor();
    await lookAgain(page);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await world.ask("ben", "GET", "/me")).toMatchObject({ user: { name: "Ben" } });
  });

  it("two people who decide at once both see how it ended", async () => {
    world.complaints.expect(/status of 409/);
    const id = await reviewOf("weather", "users");
    const ben = await world.openAs("ben", `/reviews/${id}`);
    const cem = await world.openAs("cem", `/reviews/${id}`);
    await decide(ben, "Approve", "fine with me");
    await decide(cem, "Refuse", "not before Monday");
    await Promise.all([confirm(ben, "Approve"), confirm(cem, "Refuse")]);
    for (const page of [ben, cem])
      await page.getByRole("main").getByText("refused", { exact: true }).first().waitFor();
    const review = await world.ask("ann", "GET", `/reviews/${id}`);
    expect(review).toMatchObject({ state: "refused", stateReason: "not before Monday" });
  });

  it("what changed while it was read is not approved, and the page says so", async () => {
    world.complaints.expect(/status of 409/);
    const id = await reviewOf("weather", "prices");
    const page = await world.openAs("ben", `/reviews/${id}`);
    await decide(page, "Approve", "looked at it twice");
    await world.databases["prod"]?.query("UPDATE weather.prices SET price = 10 WHERE sku = 'a'");
    await confirm(page, "Approve");
    await page.getByText("It was not decided; what you typed is still here").waitFor();
    expect(await page.getByRole("dialog").getByRole("textbox").inputValue()).toBe("looked at it twice");
    await page.getByRole("button", { name: "Look at it again" }).click();
    await page.getByRole("main").getByText("voided", { exact: true }).first().waitFor();
    expect(await world.ask("ann", "GET", `/reviews/${id}`)).toMatchObject({ state: "voided", given: 0 });
  });

  it("approving works on a phone", async () => {
    const id = await reviewOf("phone", "users");
    const page = await world.openAs("ben", "/reviews", { viewport: PHONE });
    await page.locator(`main a[href*="${id}"]`).first().click();
    await page.getByRole("heading", { level: 1, name: "users of phone" }).waitFor();
    expect(await overflowOf(page)).toBe(0);
    await page.getByRole("button", { name: "Approve" }).and(page.locator(":visible")).first().click();
    await world.screenshot(page, "phone-approve");
    await confirm(page, "Approve");
    await page.getByText("1 of 1 approval").waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await world.ask("ann", "GET", `/reviews/${id}`)).toMatchObject({ state: "approved", given: 1 });
  });

  it("a server that goes away and comes back: the page says so, and goes on by itself", async () => {
    world.complaints.expect(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load resource/);
    const page = await world.openAs("ann", "/runs");
    const main = page.getByRole("main");
    await main.getByText("stage:phone:users").first().waitFor();
    await world.server.stop("SIGKILL");
    await page.getByText("The connection to the server is lost").waitFor();
    await world.server.start();
    await page.getByText("Live again").waitFor();
    await page.getByText("The connection to the server is lost").waitFor({ state: "hidden" });
    expect(await main.getByText("stage:keys:prices").count()).toBe(0);
    await world.diff("ann", "stage:keys:prices", "prod:keys:prices");
    await main.getByText("stage:keys:prices").first().waitFor();
  });
});
