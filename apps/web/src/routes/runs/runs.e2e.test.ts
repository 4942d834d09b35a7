import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";
import type { ServerProcess } from "../../testing/server-process.ts";
import { type SlowRelay, startSlowRelay } from "../../testing/slow-relay.ts";

const ROWS = 24_000;
const TABLE = "CREATE TABLE items (id int PRIMARY KEY, note text NOT NULL);";
const FILLED = `INSERT INTO items SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, ${ROWS}) n; ANALYZE items;`;
/** Of about 3.3 MB. */
const SLOW = 150_000;
const COPY = { source: "from:public:items", target: "to:public:items", slices: 6 };
const KILLED_MS = 150_000;

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("runs, in Chromium", () => {
  let world: DashboardWorld<"vera">;
  let relay: SlowRelay;
  let beside: Promise<ServerProcess> | undefined;
  beforeAll(async () => {
    relay = await startSlowRelay();
    world = await DashboardWorld.open({
      label: "runs",
      databases: { source: TABLE + FILLED, target: TABLE },
      config: (urls) => `version: 1
servers:
  from: { url: "${relay.towards(urls["source"] ?? "")}", protection: open }
  to: { url: "${urls["target"]}", protection: open, environment: lab }
`,
      people: { vera: "viewer" },
      environment: { SYNCLINE_WORK_UNITS: "1" },
    });
  });
  afterAll(async () => {
    await beside?.then((server) => server.stop("SIGKILL")).catch(() => {});
    await world.close();
    await relay.close();
  });
  afterEach(() => world.assertQuiet());

  const control = (statement: string, values: unknown[] = []) =>
    world.databases["control"]?.query<Record<string, string>>(statement, values) ?? Promise.resolve([]);
  const stateOf = async (runId: string) =>
    (await control("SELECT state FROM syncline_control.runs WHERE id = $1", [runId]))[0]?.["state"];
  const written = async () =>
    Number((await world.databases["target"]?.query("SELECT count(*)::int AS n FROM items"))?.[0]?.["n"]);
  const emptied = () => world.databases["target"]?.query("TRUNCATE items");
  const state = (page: Page) => page.locator("header [data-run-state]").getAttribute("data-run-state");
  const connection = (page: Page) => page.locator("[data-connection]").getAttribute("data-connection");

  async function slowCopy(): Promise<string> {
    relay.limit(SLOW);
    const { id } = await world.ask("ada", "POST", "/copy", COPY);
    return id;
  }

  it("are paused, resumed, cancelled and retried by clicking", async () => {
    const id = await slowCopy();
    const page = await world.openAs("ada", `/runs/${id}`);
    await vi.waitFor(async () => expect(await state(page)).toBe("running"), 10_000);
    await page.getByRole("button", { name: "Pause" }).click();
    await vi.waitFor(async () => expect(await state(page)).toBe("paused"), 10_000);
    expect(await stateOf(id)).toBe("paused");
    await page.getByText("It is paused. What is finished is kept").waitFor();

    await page.getByRole("button", { name: "Resume" }).click();
    await vi.waitFor(async () => expect(await stateOf(id)).toBe("running"), 10_000);
    await vi.waitFor(async () => expect(await state(page)).toBe("running"), 5_000);

    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await vi.waitFor(async () => expect(await state(page)).toBe("cancelled"), 15_000);
    expect(await stateOf(id)).toBe("cancelled");
    expect(await written()).toBe(0);

    relay.limit(null);
    await page.getByRole("button", { name: "Retry" }).click();
    await vi.waitFor(async () => expect(page.url()).not.toContain(id), 5_000);
    const next = page.url().split("/").at(-1) ?? "";
    await vi.waitFor(async () => expect(await state(page)).toBe("succeeded"), 20_000);
    const [row] = await control("SELECT trigger, retry_of FROM syncline_control.runs WHERE id = $1", [next]);
    expect(row).toEqual({ trigger: "retry", retry_of: id });
    expect(await written()).toBe(ROWS);
    await page.getByRole("heading", { name: `${ROWS.toLocaleString("en-US")} rows were written` }).waitFor();

    await page.getByRole("link", { name: "compare them" }).click();
    await page.getByRole("region", { name: "Run B" }).getByText("succeeded").waitFor();
    await page.getByText("The same was asked of both").waitFor();
  });

  it("are watched by who may not touch them", async () => {
    const [run] = await control("SELECT id FROM syncline_control.runs WHERE state = 'cancelled'");
    const page = await world.openAs("vera", `/runs/${run?.["id"]}`);
    const retry = page.getByRole("button", { name: "Retry" });
    expect(await retry.getAttribute("aria-disabled")).toBe("true");
    await retry.click({ force: true });
    await page.getByText("It takes the role operator in lab.").waitFor();
    const runs = await control("SELECT count(*)::int AS n FROM syncline_control.runs");
    expect(runs[0]?.["n"]).toBe(2);
  });

  it("are found by state and words, which stand in the address", async () => {
    const page = await world.openAs("ada", "/runs");
    const rows = page.getByRole("table", { name: "Runs" }).getByRole("row");
    await vi.waitFor(async () => expect(await rows.count()).toBe(3), 5_000);
    await page.getByRole("button", { name: "Succeeded" }).click();
    await vi.waitFor(async () => expect(await rows.count()).toBe(2), 5_000);
    expect(decodeURIComponent(page.url())).toContain('state=["succeeded"]');
    await page.getByRole("textbox", { name: "Words in the job" }).fill("nowhere");
    await page.getByText("No run is like that").waitFor();
    await page.reload();
    await page.getByText("No run is like that").waitFor();
    await page.getByRole("button", { name: "Show all runs" }).click();
    await vi.waitFor(async () => expect(await rows.count()).toBe(3), 5_000);
  });

  it("wait on the overview for whoever can do something about them", async () => {
    const failing = {
      ...COPY,
      name: "failing",
      kind: "copy",
      schema: ["nothing_like_this"],
      retry: { attempts: 1 },
    };
    const { id: jobId } = await world.ask("ada", "POST", "/jobs", failing);
    const { id: failed } = await world.ask("ada", "POST", `/jobs/${jobId}/run?wait=30`);
    const page = await world.openAs("ada", "/");
    const pair = page.getByRole("row", { name: /failing/ });
    await pair.getByText("The last run failed").waitFor();
    const line = page.getByRole("listitem").filter({ hasText: "failing failed" });
    await line.getByRole("button", { name: "Retry" }).click();
    await vi.waitFor(async () => expect(await state(page)).toBe("failed"), 15_000);
    await page.getByText("Why it failed").waitFor();
    const again = await control("SELECT id FROM syncline_control.runs WHERE retry_of = $1", [failed]);
    expect(page.url()).toContain(again[0]?.["id"] ?? "none");

    await world.ask("ada", "DELETE", `/jobs/${jobId}`);
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await page.getByText("No saved job about two places").waitFor();
    await page.getByText("Nothing waits for you.").waitFor();
  });

  it(
    "tell the truth while the process that works on them is killed",
    async () => {
      await emptied();
      beside = world.server.beside();
      await beside;
      const id = await slowCopy();
      const page = await world.openAs("ada", `/runs/${id}`);
      const units = () =>
        control("SELECT state, worker, claims FROM syncline_control.work_units WHERE run_id = $1", [id]);
      // Both processes work on it.
      await vi.waitFor(async () => {
        const running = (await units()).filter((unit) => unit["state"] === "running");
        expect(new Set(running.map((unit) => unit["worker"])).size).toBe(2);
      }, 20_000);
      await page.locator(".sl-unit[data-state=running]").nth(1).waitFor();
      await vi.waitFor(async () => expect(await connection(page)).toBe("live"), 5_000);

      world.complaints.expect(
        /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|Failed to fetch|ERR_CONNECTION_RESET/,
      );
      await world.server.stop("SIGKILL");
      await vi.waitFor(async () => expect(await connection(page)).toBe("lost"), 10_000);
      await page.getByText("Connection lost, going on by itself").waitFor();
      expect(await state(page)).toBe("running");

      await world.server.start();
      await page.getByText("Live again", { exact: true }).first().waitFor({ timeout: 20_000 });
      await page.locator("[data-event='run.units_lost']").waitFor({ timeout: 25_000 });
      await page
        .getByText(/its worker was lost; waits for another|taken over after a worker was lost/)
        .first()
        .waitFor();

      relay.limit(null);
      await vi.waitFor(async () => expect(await state(page)).toBe("succeeded"), 25_000);
      expect(await written()).toBe(ROWS);
      await page
        .getByRole("heading", { name: `${ROWS.toLocaleString("en-US")} rows were written` })
        .waitFor();
      await page.getByText("taken over after a worker was lost").first().waitFor();
      expect((await units()).some((unit) => Number(unit["claims"]) > 1)).toBe(true);
      await world.screenshot(page, "run-after-kill");
    },
    KILLED_MS,
  );
});
