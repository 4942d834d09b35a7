import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../testing/run-syncline.ts";

const CHROMIUM = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const HOSTILE = `</td></script><script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked = 1">`;

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM === undefined)("the page of diff --format html in Chromium", () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let folder: CommandFolder;
  let browser: Browser;

  beforeAll(async () => {
    source = await createTestDatabase("page_source");
    target = await createTestDatabase("page_target");
    for (const database of [source, target])
      await database.query(
        "CREATE TABLE notes (id int PRIMARY KEY, body text); INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 9) n",
      );
    await source.query("UPDATE notes SET body = $1 WHERE id = 2", [HOSTILE]);
    await source.query("DELETE FROM notes WHERE id = 3");
    await source.query("INSERT INTO notes VALUES (10, NULL)");
    folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
    browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: QUIET,
    });
  });

  afterAll(async () => {
    await browser?.close();
    await folder.remove();
    await source.drop();
    await target.drop();
  });

  it("shows every row, filters by kind and text, runs nothing of the values and asks for nothing outside", async () => {
    const diff = await folder.run(["diff", "dev:public:notes", "prod:public:notes", "--format", "html"]);
    const file = join(folder.path, "page.html");
    await writeFile(file, diff.stdout);
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);

    expect(await page.locator("#fn").textContent()).toBe("3 rows shown");
    expect(await page.locator("section[data-t] tbody[data-k=update]").textContent()).toContain("<script>");
    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    await page.locator("#fk input[value=update]").uncheck();
    expect(await page.locator("section[data-t] tbody:visible").count()).toBe(2);
    await page.locator("#fx").fill("note 3");
    expect(await page.locator("#fn").textContent()).toBe("1 row shown");
    expect(asked).toEqual([pathToFileURL(file).href]);
  });
});
