import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { Complaints, launchBrowser } from "./browser.ts";
import { buildDashboard } from "./build-dashboard.ts";
import { askAs, invite, type Person, type PersonRole, setUp, signInAgain } from "./people.ts";
import { ServerProcess } from "./server-process.ts";

/** Kept by the test run; git ignores them. */
export const SCREENSHOTS = fileURLToPath(new URL("../../../../reports/dashboard/", import.meta.url));
const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
const PAGE_TIMEOUT_MS = 15_000;

export interface WorldOptions<Name extends string> {
  /** Part of the names of databases and screenshots. */
  readonly label: string;
  /** Databases to make, by name; each is filled with these statements. */
  readonly databases?: Readonly<Record<string, string>>;
  /** Text of `syncline.yaml`; gets the URLs of the databases. */
  readonly config?: (urls: Readonly<Record<string, string>>) => string;
  /** Beside ada, who is the first administrator. */
  readonly people?: Readonly<Record<Name, PersonRole>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface OpenOptions {
  readonly theme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
type Json = any;

/**
 * The real server, the built dashboard, databases, people and a Chromium, for one test file: `open` in `beforeAll`,
 * `close` in `afterAll`, `assertQuiet` in `afterEach`.
 */
export class DashboardWorld<Name extends string = never> {
  readonly server: ServerProcess;
  readonly browser: Browser;
  readonly complaints: Complaints;
  readonly databases: Readonly<Record<string, TestDatabase>>;
  readonly people: Readonly<Record<Name | "ada", Person>>;
  readonly #label: string;
  readonly #folder: string;
  readonly #contexts: BrowserContext[] = [];
  readonly #sessions = new WeakMap<BrowserContext, Person>();

  private constructor(
    parts: Pick<DashboardWorld<Name>, "server" | "browser" | "databases" | "people"> & {
      readonly label: string;
      readonly folder: string;
    },
  ) {
    this.server = parts.server;
    this.browser = parts.browser;
    this.databases = parts.databases;
    this.people = parts.people;
    this.#label = parts.label;
    this.#folder = parts.folder;
    this.complaints = new Complaints(parts.server.url);
  }

  static async open<Name extends string = never>(options: WorldOptions<Name>): Promise<DashboardWorld<Name>> {
    const { label, config, people = {} as Record<Name, PersonRole>, environment = {} } = options;
    const folder = mkdtempSync(join(tmpdir(), "syncline-dashboard-"));
    const wanted = Object.entries({ control: "", ...options.databases });
    const [dashboard, made, browser] = await Promise.all([
      buildDashboard(),
      Promise.all(
        wanted.map(async ([name, statements]) => {
          const database = await createTestDatabase(`${label}_${name}`);
          if (statements !== "") await database.query(statements);
          return [name, database] as const;
        }),
      ),
      launchBrowser(),
    ]);
    const databases = Object.fromEntries(made);
    const urls = Object.fromEntries(made.map(([name, { url }]) => [name, url]));
    writeFileSync(join(folder, "syncline.yaml"), config?.(urls) ?? "version: 1\n");
    const server = await ServerProcess.start({
      folder,
      environment: {
        SYNCLINE_DATABASE_URL: urls["control"] ?? "",
        SYNCLINE_STATE_DIRECTORY: join(folder, "state"),
        SYNCLINE_DASHBOARD_DIRECTORY: dashboard,
        SYNCLINE_GRACE: "2s",
        ...environment,
      },
    });
    const ada = await setUp(server.url, server.setup, "Ada");
    const others = await Promise.all(
      Object.entries<PersonRole>(people).map(
        async ([name, role]) =>
          [name, await invite(server.url, ada, { name: capitalised(name), role })] as const,
      ),
    );
    return new DashboardWorld<Name>({
      server,
      browser,
      databases,
      people: Object.fromEntries([["ada", ada], ...others]) as Record<Name | "ada", Person>,
      label,
      folder,
    });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    for (const database of Object.values(this.databases)) await database.drop().catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A page of a browser in which the person is signed in, at this path or at `about:blank`. Null: nobody is. */
  async openAs(who: Name | "ada" | null, path: string, options: OpenOptions = {}): Promise<Page> {
    const context = await this.newContext(options);
    if (who !== null) {
      // A session of its own: one test may end it without taking it from the others.
      const person = await signInAgain(this.server.url, this.people[who]);
      const { session } = person;
      this.#sessions.set(context, person);
      await context.addCookies([{ ...session, url: this.server.url, httpOnly: true, sameSite: "Strict" }]);
    }
    const page = await context.newPage();
    if (path !== "about:blank") await page.goto(this.server.url + path);
    return page;
  }

  /** As when its time is over: the page is not told. */
  async endSessionOf(page: Page): Promise<void> {
    const person = this.#sessions.get(page.context());
    if (person !== undefined) await askAs(this.server.url, person, "POST", "/sign-out");
  }

  async newContext({ theme, viewport = WIDE, reducedMotion }: OpenOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport,
      colorScheme: theme ?? "light",
      reducedMotion: reducedMotion === true ? "reduce" : "no-preference",
      locale: "en-GB",
      timezoneId: "UTC",
      permissions: ["clipboard-read", "clipboard-write"],
    } satisfies BrowserContextOptions);
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    this.complaints.watch(context);
    this.#contexts.push(context);
    return context;
  }

  /** A request to the API as this person's browser sends it; the answer's JSON. */
  async ask(who: Name | "ada", method: string, path: string, body?: unknown): Promise<Json> {
    const response = await askAs(this.server.url, this.people[who], method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  /** Runs a comparison to its end; the answer of `POST /diff`. */
  diff(who: Name | "ada", source: string, target: string, more: object = {}): Promise<Json> {
    return this.ask(who, "POST", "/diff?wait=60", { source, target, ...more });
  }

  /** Into `reports/dashboard/`, which git ignores. */
  async screenshot(page: Page, name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const file = `${name.replaceAll(/[^\w.]+/g, "-")}.png`;
    await page.screenshot({ path: join(SCREENSHOTS, file), animations: "disabled" });
  }

  /** What all open pages show, for who wonders why a test failed. */
  async screenshotAll(name: string): Promise<void> {
    const pages = this.#contexts.flatMap((context) => context.pages());
    for (const [at, page] of pages.entries())
      await this.screenshot(page, `${name}-${at + 1}`).catch(() => {});
  }

  /** Closes all pages; fails when one of them wrote an error, broke the policy, asked another host or threw. */
  async assertQuiet(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
    expect(this.complaints.take(), `${this.#label}: what the pages complained about`).toEqual([]);
  }
}

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
