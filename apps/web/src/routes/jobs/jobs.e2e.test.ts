import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";

const SYNCLINE = fileURLToPath(new URL("../../../../cli/bin/syncline.js", import.meta.url));

/** As long as a page may take on a busy machine. */
const until = <Value>(read: () => Value) => expect.poll(read, { timeout: 15_000 });

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("jobs, in Chromium", () => {
  let world: DashboardWorld<"vera" | "otto">;
  let config = "";

  beforeAll(async () => {
    world = await DashboardWorld.open({
      label: "jobs",
      databases: {
        shop: `CREATE SCHEMA src; CREATE SCHEMA dst;
          CREATE TABLE src.users (id int PRIMARY KEY, name text);
          CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
          INSERT INTO src.users SELECT n, 'name ' || n FROM generate_series(1, 20) n;
          INSERT INTO dst.users SELECT id, name FROM src.users WHERE id <= 15;
          UPDATE dst.users SET name = 'other' WHERE id <= 2; INSERT INTO dst.users VALUES (99, 'gone')`,
      },
      config: ({ shop }) => {
        config = `version: 1\nservers:\n  main: {url: "${shop}", protection: open}\n  branch: {url: "${shop}", protection: open}\n`;
        return `${config}jobs:\n  - {name: of-the-file, kind: diff, source: "branch:src:*", target: "main:dst:*"}\n`;
      },
      people: { vera: "viewer", otto: "operator" },
    });
  }, 120_000);
  afterAll(() => world.close());
  afterEach(() => world.assertQuiet());

  const inTarget = () => world.databases["shop"]?.query("SELECT * FROM dst.users ORDER BY id");
  const storedJob = async (name: string) => {
    const rows = await world.databases["control"]?.query(
      `SELECT definition, version, enabled FROM syncline_control.jobs WHERE name = '${name}' AND deleted_at IS NULL`,
    );
    return rows?.[0];
  };
  const field = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

  async function pickPlace(
    page: Page,
    label: string,
    { server, tenant }: { server: string; tenant: string },
  ) {
    await page.getByRole("combobox", { name: `${label}: server` }).click();
    await page.getByRole("option", { name: server }).click();
    await page.getByRole("combobox", { name: `${label}: tenant` }).fill(tenant);
    await page.getByRole("option", { name: tenant, exact: true }).click();
  }

  it("a copy with a schedule is made by the form, tried dry, and stored as it was typed", async () => {
    // The browser tells of the schedule that the server refuses.
    world.complaints.expect(/schedule\/preview/);
    const before = await inTarget();
    const page = await world.openAs("otto", "/jobs");
    await page.getByRole("link", { name: "Create a job" }).click();
    await page.getByRole("heading", { name: "Create a job" }).waitFor();
    await page.getByRole("combobox", { name: "Kind" }).click();
    await page.getByRole("option", { name: /^Copy/ }).click();

    // Nobody is told what they have not come to; who saves is told all of it.
    expect(await page.getByText("This is needed.").count()).toBe(0);
    await page.getByRole("button", { name: "Create the job" }).click();
    expect(await page.getByText("This is needed.").count()).toBe(3);
    await field(page, "Name").fill("Nightly Copy");
    await page.getByText(/Expected a name of lower-case letters/).waitFor();
    await field(page, "Name").fill("nightly");
    await field(page, "Description").fill("Every night");
    await pickPlace(page, "Source", { server: "branch", tenant: "src" });
    await pickPlace(page, "Target", { server: "main", tenant: "dst" });
    await field(page, "Filter").fill('{"where": {"id": {"$lte": 18}');
    await page.getByText(/The filter is not valid JSON/).waitFor();
    await field(page, "Filter").fill('{"where": {"id": {"$lte": 18}}}');

    await page.getByText("Cron", { exact: true }).click();
    await field(page, "Cron").fill("61 2 * * *");
    await page.getByText(/the minute is "61"/).waitFor();
    await field(page, "Cron").fill("30 2 * * 1-5");
    await page.getByRole("combobox", { name: "Time zone" }).fill("Europe/Berlin");
    await page.getByText("Runs Monday to Friday at 02:30, Europe/Berlin").waitFor();
    const times = page.getByRole("list", { name: "The next five times" }).getByRole("listitem");
    await expect
      .poll(async () => (await times.allTextContents()).filter((text) => text.includes("02:30")).length)
      .toBe(5);
    await world.screenshot(page, "jobs-new-light");

    // What it would do, and nothing is done.
    await page.getByRole("button", { name: "Dry run" }).click();
    const tried = page.getByRole("region", { name: "Try it" });
    await tried.getByText("succeeded").waitFor({ timeout: 30_000 });
    expect(await tried.textContent()).toMatch(/\+3.*~2.*−0/);
    expect(await inTarget()).toEqual(before);

    // The block for the config file is one that the command line takes.
    const text = await page.getByTestId("job-text").textContent();
    const folder = mkdtempSync(join(tmpdir(), "syncline-job-text-"));
    try {
      writeFileSync(join(folder, "syncline.yaml"), `${config}${text}\n`);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [SYNCLINE, "config", "check"], {
        cwd: folder,
      });
      expect(stdout + stderr).not.toContain("error");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }

    await page.getByRole("button", { name: "Create the job" }).click();
    await until(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("nightly");
    expect(await storedJob("nightly")).toMatchObject({
      version: 1,
      enabled: true,
      definition: {
        kind: "copy",
        name: "nightly",
        description: "Every night",
        enabled: true,
        source: "branch:src:*",
        target: "main:dst:*",
        filter: { where: { id: { $lte: 18 } } },
        schedule: { cron: "30 2 * * 1-5", timeZone: "Europe/Berlin", missed: "once" },
        strategy: "replace",
        dryRun: false,
        retry: { attempts: 5, first: "5s", factor: 2, longest: "10m" },
      },
    });
    expect(await inTarget()).toEqual(before);
  });

  it("is run, switched off and on, duplicated and deleted from its page; the timeline tells it", async () => {
    const { id } = await world.ask("otto", "POST", "/jobs", {
      name: "paged",
      kind: "diff",
      source: "branch:src:*",
      target: "main:dst:*",
      schedule: { every: "1h" },
    });
    const page = await world.openAs("otto", `/jobs/${id}`);
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText(/otto@example.test created the job/).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await timeline.getByRole("link", { name: /Run by hand, otto/ }).waitFor();
    await timeline.getByText("succeeded").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Switch schedule off" }).click();
    await timeline.getByText(/switched its schedule off/).waitFor();
    expect(await storedJob("paged")).toMatchObject({ enabled: false, version: 2 });
    await page.getByRole("button", { name: "Switch schedule on" }).click();
    await timeline.getByText(/switched its schedule on/).waitFor();
    expect(await storedJob("paged")).toMatchObject({ enabled: true, version: 3 });

    // Filters are in the address, and hold what they say.
    await timeline.getByText("Runs", { exact: true }).click();
    await until(() => page.url()).toContain("show=run");
    await until(() => timeline.getByText(/switched its schedule/).count()).toBe(0);
    await page.reload();
    await timeline.getByRole("link", { name: /Run by hand/ }).waitFor();
    await world.screenshot(page, "jobs-page-light");

    await page.getByRole("button", { name: "More about paged" }).click();
    await page.getByRole("menuitem", { name: "Duplicate" }).click();
    await until(() => field(page, "Name").inputValue()).toBe("paged-copy");
    await page.getByRole("button", { name: "Create the job" }).click();
    await until(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("paged-copy");
    const original = await storedJob("paged");
    const copy = await storedJob("paged-copy");
    expect(copy?.definition).toEqual({ ...original?.definition, name: "paged-copy" });

    await page.getByRole("button", { name: "More about paged-copy" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    const confirm = page.getByRole("button", { name: "Delete the job" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: /Type paged-copy to confirm/ }).fill("paged-copy");
    await confirm.click();
    await until(() => page.getByRole("heading", { level: 1 }).textContent()).toBe("Jobs");
    expect(await storedJob("paged-copy")).toBeUndefined();
  });

  it("two places in step: tried, stopped by its limit, let go on with the name typed, and forgotten", async () => {
    await world.databases["shop"]?.query(`CREATE SCHEMA east; CREATE SCHEMA west;
      CREATE TABLE east.notes (id int PRIMARY KEY, body text); CREATE TABLE west.notes (LIKE east.notes INCLUDING ALL);
      INSERT INTO east.notes SELECT n, 'note ' || n FROM generate_series(1, 30) n`);
    const rowsOf = async (schema: string) =>
      Number((await world.databases["shop"]?.query(`SELECT count(*) FROM ${schema}.notes`))?.[0]?.count);
    const { id } = await world.ask("otto", "POST", "/jobs", {
      name: "in-step",
      kind: "bi-sync",
      source: "branch:east:*",
      target: "main:west:*",
    });
    world.complaints.expect(/404.*\/pair|\/pair.*404/, /jobs\/.*\/pair/);
    const page = await world.openAs("otto", `/jobs/${id}/edit`);
    await page.getByRole("button", { name: "Dry run" }).click();
    const tried = page.getByRole("region", { name: "Try it" });
    await tried.getByText("succeeded").waitFor({ timeout: 30_000 });
    expect(await tried.textContent()).toMatch(/\+30/);
    expect(await rowsOf("west")).toBe(0);

    await page.goto(`${world.server.url}/jobs/${id}`);
    await page.getByRole("button", { name: "Run now" }).click();
    await until(() => rowsOf("west")).toBe(30);
    const ended = () => world.ask("otto", "GET", `/runs?jobId=${id}&state=succeeded`);
    await until(async () => (await ended()).items.length).toBeGreaterThan(0);
    await world.databases["shop"]?.query("DELETE FROM east.notes");
    // Sooner it would be the same click.
    await page.waitForTimeout(700);
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByText("deletes.exceeded").waitFor({ timeout: 30_000 });
    expect(await rowsOf("west")).toBe(30);
    await page.getByRole("button", { name: "Run once without the limits…" }).click();
    const go = page.getByRole("button", { name: "Run without the limits", exact: true });
    expect(await go.isDisabled()).toBe(true);
    await page.getByRole("textbox", { name: /Type in-step to confirm/ }).fill("in-step");
    await go.click();
    await until(() => rowsOf("west")).toBe(0);

    await page.goto(`${world.server.url}/jobs/${id}`);
    await page.getByRole("button", { name: "Forget it…" }).click();
    await page.getByRole("textbox", { name: /Type in-step to confirm/ }).fill("in-step");
    await page.getByRole("button", { name: "Forget it", exact: true }).click();
    await page.getByText(/made both places forget what they agreed on/).waitFor();
    await page.getByText("Nothing yet: its first cycle is a first contact.").waitFor();

    // Its hook is shown once, and starts it.
    await page.getByRole("button", { name: "Make one…" }).click();
    await page.getByRole("button", { name: "Make it", exact: true }).click();
    const address = await page.getByRole("textbox", { name: "address" }).inputValue();
    expect(address).toMatch(/\/api\/v1\/hooks\/slh_/);
    await page.getByRole("button", { name: "I have copied it" }).click();
    expect((await fetch(address, { method: "POST" })).status).toBe(202);
    await page.getByRole("link", { name: "Run by its hook" }).waitFor({ timeout: 30_000 });
    expect(await page.content()).not.toContain("slh_");
  });

  it("two people who save at once: the second sees both versions and loses nothing", async () => {
    world.complaints.expect(/409/);
    const { id, definition } = await world.ask("ada", "POST", "/jobs", {
      name: "shared",
      kind: "diff",
      source: "branch:src:*",
      target: "main:dst:*",
    });
    const page = await world.openAs("otto", `/jobs/${id}/edit`);
    await field(page, "Description").fill("mine");
    await field(page, "Time limit").fill("5m");
    // The stream of events would tell; the answer of the server must do, too.
    await page.route("**/api/v1/events", (route) => route.abort());
    await page.route(`**/api/v1/jobs/${id}`, async (route) => {
      if (route.request().method() === "PUT" && !page.url().includes("done"))
        await world
          .ask("ada", "PUT", `/jobs/${id}`, {
            version: 1,
            definition: { ...definition, parallel: 5, timeout: "9m" },
          })
          .catch(() => {});
      await route.continue();
    });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "shared was changed meanwhile" });
    const table = dialog.getByRole("table", { name: "Both versions" });
    await table.waitFor();
    const lines = await table.getByRole("row").allTextContents();
    expect(lines).toContain("descriptionnonemine" + "none");
    expect(lines).toContain("parallel225");
    expect(lines).toContain("timeoutboth changed itnone5m9m");
    await world.screenshot(page, "jobs-two-editors-light");
    await page.unroute(`**/api/v1/jobs/${id}`);
    await dialog.getByRole("button", { name: /Put my changes on theirs/ }).click();
    expect(await field(page, "Description").inputValue()).toBe("mine");
    await field(page, "Why").fill("both of us");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("“both of us”").waitFor();
    expect(await storedJob("shared")).toMatchObject({
      version: 3,
      definition: { description: "mine", timeout: "5m", parallel: 5 },
    });
  });

  it("what the server refuses is said at its field, and what was typed stays", async () => {
    world.complaints.expect(/409|400|404|422/);
    const page = await world.openAs("otto", "/jobs/new?kind=diff&source=branch:src:*&target=main:dst:*");
    await field(page, "Name").fill("of-the-file");
    await page.getByRole("button", { name: "Create the job" }).click();
    await page.getByText('There is a job "of-the-file" already.').first().waitFor();
    await field(page, "Name").fill("other-name");
    await page.getByRole("combobox", { name: "Masks" }).fill("none-such");
    await page.getByRole("button", { name: "Create the job" }).click();
    await page.getByText('The config has no mask set "none-such".').first().waitFor();
    expect(await field(page, "Name").inputValue()).toBe("other-name");
    // Leaving asks first.
    await page.getByRole("link", { name: "Jobs" }).first().click();
    await page
      .getByRole("dialog", { name: "Leave without saving?" })
      .getByRole("button", { name: "Stay" })
      .click();
    expect(await field(page, "Name").inputValue()).toBe("other-name");
  });

  it("is found in the list by text, kind and state, and is not offered to who may not", async () => {
    const page = await world.openAs("vera", "/jobs?kind=diff");
    await page.getByRole("link", { name: "of-the-file" }).waitFor();
    expect(await page.getByRole("link", { name: "Create a job" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "nightly" }).count()).toBe(0);
    await page.getByRole("textbox", { name: "Jobs with this text" }).fill("NIGHT");
    await page.getByText("No job is like that").waitFor();
    await page.getByRole("link", { name: "Show all jobs" }).click();
    const row = page.getByRole("row", { name: /of-the-file/ });
    await row.getByText("config file").waitFor();
    expect(await row.getByRole("button", { name: /Run of-the-file now/ }).getAttribute("aria-disabled")).toBe(
      "true",
    );
    await world.screenshot(page, "jobs-light");
    await page.goto(`${world.server.url}/jobs?state=failed`);
    await page.getByText("No job is like that").waitFor();
  });
});
