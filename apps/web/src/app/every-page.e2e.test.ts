import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { graveFindings } from "../testing/axe.ts";
import { CHROMIUM_PATH, Complaints, launchBrowser } from "../testing/browser.ts";
import { SCREENSHOTS } from "../testing/dashboard-world.ts";
import { DemoProcess } from "../testing/demo-process.ts";
import { signInAs } from "../testing/people.ts";
import { overflowOf, settled } from "../testing/settled.ts";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const THEMES = ["light", "dark"] as const;

/** What the API lists, as far as it is needed to get to a page. */
interface Listed {
  readonly items: readonly { readonly id: string; readonly [field: string]: unknown }[];
}

/** Each page by the name of its screenshots; ids come from what the demonstration made. */
const PAGES: Readonly<Record<string, string>> = {
  overview: "/",
  servers: "/servers",
  environments: "/servers?tab=environments",
  server: "/servers/prod",
  jobs: "/jobs",
  "new-job": "/jobs/new",
  job: "/jobs/{job}",
  "edit-job": "/jobs/{apiJob}/edit",
  runs: "/runs",
  run: "/runs/{run}",
  "failed-run": "/runs/{failedRun}",
  "compare-runs": "/runs/compare?a={run}&b={failedRun}",
  comparisons: "/diffs",
  "new-comparison": "/diffs/new",
  comparison: "/diffs/{patch}",
  "odd-comparison": "/diffs/{labPatch}",
  "comparison-columns": "/diffs/{labPatch}?view=columns&table=messages",
  "comparison-shape": "/diffs/{labPatch}?view=shape&table=messages",
  "comparison-sql": "/diffs/{labPatch}?view=sql",
  "comparison-row": "/diffs/{labPatch}?row=1",
  patches: "/patches",
  patch: "/patches/{patch}",
  "patch-apply": "/patches/{patch}?tab=apply",
  applied: "/log",
  reviews: "/reviews",
  review: "/reviews/{review}",
  "review-sql": "/reviews/{review}?tab=sql",
  "review-discussion": "/reviews/{review}?tab=discussion",
  "applied-review": "/reviews/{appliedReview}",
  conflicts: "/conflicts",
  conflict: "/conflicts/{conflict}",
  audit: "/audit",
  people: "/people",
  invitations: "/people?tab=invitations",
  keys: "/people?tab=keys",
  person: "/people/{person}",
  settings: "/settings",
  webhooks: "/settings?tab=webhooks",
  account: "/account",
  "not-found": "/nowhere",
};
/** Where somebody approves on the way. */
const ON_A_PHONE = ["overview", "reviews", "review", "patch"];

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("every page of the demonstration", { timeout: 180_000 }, () => {
  let demo: DemoProcess;
  let browser: Browser;
  let complaints: Complaints;
  let context: BrowserContext;
  let page: Page;
  let ids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    demo = await DemoProcess.launch();
    [browser] = await Promise.all([launchBrowser(), demo.filled()]);
    complaints = new Complaints(demo.url);
    const email = "ada@demo.example";
    const { session } = await signInAs(demo.url, { name: "Ada", email, password: demo.passwordOf("ada") });
    const list = async (path: string, wanted: (item: Listed["items"][number]) => boolean = () => true) => {
      const headers = { Cookie: `${session.name}=${session.value}` };
      const answer = (await (await fetch(`${demo.url}/api/v1${path}`, { headers })).json()) as Listed;
      const found = answer.items.find(wanted);
      if (found === undefined) throw new Error(`the demonstration made nothing for ${path}`);
      return found;
    };
    const lab = await list(
      "/runs?limit=200",
      ({ definition, state }) =>
        JSON.stringify(definition).includes('"compare-lab-shared"') && state === "succeeded",
    );
    const compared = await list("/runs?limit=200", ({ definition }) =>
      JSON.stringify(definition).includes('"compare-staging"'),
    );
    const patchOf = (run: Listed["items"][number]) => (run["summary"] as { patchId: string }).patchId;
    const openReview = await list("/reviews?state=open", ({ number }) => number === 4);
    ids = {
      job: (await list("/jobs?name=watch-prices")).id,
      apiJob: (await list("/jobs?name=compare-lab-shared")).id,
      run: compared.id,
      failedRun: (await list("/runs?state=failed&limit=200")).id,
      patch: patchOf(compared),
      labPatch: patchOf(lab),
      review: openReview.id,
      appliedReview: (await list("/reviews?state=applied")).id,
      conflict: (await list("/conflicts?state=open")).id,
      person: (await list("/people", ({ name }) => name === "Ben")).id,
    };
    context = await browser.newContext({
      viewport: WIDE,
      colorScheme: "light",
      locale: "en-GB",
      timezoneId: "UTC",
    });
    complaints.watch(context);
    await context.addCookies([{ ...session, url: demo.url, httpOnly: true, sameSite: "Strict" }]);
    page = await context.newPage();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    const status = await demo?.stop();
    expect(status).toBe(0);
  });

  const addressOf = (name: string) =>
    demo.url + (PAGES[name] ?? "").replace(/\{(\w+)\}/g, (_, id: string) => ids[id] ?? "");

  it("is filled by what the demonstration did, all of it", () => {
    expect(demo.told).not.toContain("✗");
  });

  it.each(Object.keys(PAGES))(
    "%s has no serious finding in both themes, and fits its window",
    async (name) => {
      await page.setViewportSize(WIDE);
      await page.goto(addressOf(name));
      await settled(page);
      const findings: string[] = [];
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}.png`), animations: "disabled" });
        findings.push(...(await graveFindings(page)).map((finding) => `${theme}: ${finding}`));
      }
      expect(findings).toEqual([]);
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      await page.setViewportSize(NARROW);
      expect(await overflowOf(page)).toBe(0);
      expect(complaints.take()).toEqual([]);
    },
  );

  it.each(ON_A_PHONE)("%s fits a phone", async (name) => {
    await page.setViewportSize(PHONE);
    await page.goto(addressOf(name));
    await settled(page);
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      const path = join(SCREENSHOTS, `phone-${name}-${theme}.png`);
      await page.screenshot({ path, animations: "disabled" });
    }
    expect(await graveFindings(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    expect(complaints.take()).toEqual([]);
  });
});
