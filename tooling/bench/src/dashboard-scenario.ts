import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, type CDPSession, chromium, type Locator, type Page } from "playwright-core";
import type { Databases } from "./databases.ts";
import { FRAME_RECORDER, type Frames, stopRecording } from "./frame-recorder.ts";
import { type ResultBench, withLargeResult } from "./result-scenario.ts";
import type { ServerProcess } from "./server-process.ts";

const BUILD = fileURLToPath(new URL("../../../apps/web/build/main.ts", import.meta.url));
const CHROMIUM = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"];
const MB = 1_000_000;
const BYTES_PER_KILOBYTE = 1024;
const WHEEL_TURNS = 600;
const WHEEL_PX = 240;
const FRAME_MS = 16;
const DRAG_STEPS = 300;
const ROW = "[role=grid] [role=row][data-n]";
/** Rows that are not read yet, too. */
const ROW_OR_SPACE = "[role=grid] [role=row][aria-rowindex]";

/** The diff explorer over a very large result, in a Chromium. Prints what it took. */
export async function benchDashboard(databases: Databases, options: ResultBench): Promise<void> {
  const env = { ...process.env, NODE_ENV: "production" };
  const { stdout } = await promisify(execFile)(process.execPath, [BUILD], { env });
  const environment = { SYNCLINE_DASHBOARD_DIRECTORY: stdout.trim() };
  await withLargeResult(databases, { ...options, environment }, measure);
}

async function measure(server: ServerProcess, patch: string): Promise<void> {
  const executablePath = CHROMIUM.find((path) => path !== undefined && existsSync(path));
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    // The scrollbar is dragged.
    ignoreDefaultArgs: ["--hide-scrollbars"],
    args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies([{ ...(await signIn(server)), url: server.url, sameSite: "Strict" }]);
    await context.addInitScript(FRAME_RECORDER);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable");
    const lines = [
      ...(await firstRow(page, `${server.url}/diffs/${patch}`)),
      ...(await scrolling(page)),
      ...(await memory(browser, devtools)),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    await browser.close();
  }
}

async function firstRow(page: Page, address: string): Promise<string[]> {
  const told: string[] = [];
  for (const which of ["first visit", "files cached"]) {
    await page.goto(address);
    await page.locator(ROW).first().waitFor();
    const ms = await page.evaluate("window.__syncline.firstRowAt");
    told.push(`time to first row, ${which}: ${Math.round(Number(ms))} ms after the address was opened`);
  }
  return told;
}

async function scrolling(page: Page): Promise<string[]> {
  const grid = page.locator("[role=grid]").first();
  const box = await grid.boundingBox();
  if (box === null) throw new Error("the grid has no place");
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const told: string[] = [];
  const recorded = async (what: string, act: () => Promise<unknown>) => {
    await page.evaluate("window.__syncline.record()");
    const reached = await act();
    const frames = await stopRecording(page);
    const row = typeof reached === "number" ? reached : await lastRow(page);
    told.push(`${what}: ${describe(frames)}; reached row ${row.toLocaleString("en")}`);
  };
  await recorded("standing still", () => page.waitForTimeout(2_000));
  await page.mouse.move(middle.x, middle.y);
  await recorded("wheel", async () => {
    for (let turn = 0; turn < WHEEL_TURNS; turn += 1) {
      await page.mouse.wheel(0, WHEEL_PX);
      await page.waitForTimeout(FRAME_MS);
    }
  });
  await recorded("the scroll bar dragged to the end and back", () => drag(page, grid));
  await recorded("keys: End, Home, PageDown", async () => {
    await grid.focus();
    for (const key of ["End", "Home", ...Array<string>(60).fill("PageDown")]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(2 * FRAME_MS);
    }
  });
  await page.keyboard.press("Home");
  await page.locator(`${ROW}[aria-rowindex="2"]`).waitFor();
  const last = `${ROW}[aria-rowindex="${await grid.getAttribute("aria-rowcount")}"]`;
  const before = performance.now();
  await page.keyboard.press("End");
  await page.locator(last).waitFor();
  told.push(`from the first to the last row: ${Math.round(performance.now() - before)} ms`);
  return told;
}

/** Grasps the thumb at the top; the row that was reached at the end of the way. */
async function drag(page: Page, grid: Locator): Promise<number> {
  await grid.focus();
  await page.keyboard.press("Home");
  const track = await grid.evaluate((element) => {
    const { right, top, bottom } = element.getBoundingClientRect();
    const bar = element.offsetWidth - element.clientWidth;
    return { bar, x: right - bar / 2, top: top + 8, bottom: bottom - 8 - bar };
  });
  if (track.bar < 4) throw new Error("the grid has no scrollbar to drag");
  await page.waitForTimeout(500);
  await page.mouse.move(track.x, track.top);
  await page.mouse.down();
  let reached = 0;
  for (let step = 0; step <= 2 * DRAG_STEPS; step += 1) {
    const part = step <= DRAG_STEPS ? step / DRAG_STEPS : 2 - step / DRAG_STEPS;
    await page.mouse.move(track.x, track.top + (track.bottom - track.top) * part);
    await page.waitForTimeout(FRAME_MS);
    if (step === DRAG_STEPS) reached = await lastRow(page);
  }
  await page.mouse.up();
  return reached;
}

/** Number of the last row that is drawn, from 1. */
async function lastRow(page: Page): Promise<number> {
  const rows = await page
    .locator(ROW_OR_SPACE)
    .evaluateAll((all) => all.map((row) => Number(row.getAttribute("aria-rowindex"))));
  return Math.max(0, ...rows) - 1;
}

function describe({ deltas, longTasks }: Frames): string {
  const sorted = [...deltas].sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0);
  const over = sorted.filter((ms) => ms > 50).length;
  return `${sorted.length} frames, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms, ${over} over 50 ms, ${longTasks.length} long tasks${longTasks.length === 0 ? "" : ` (longest ${Math.max(...longTasks).toFixed(0)} ms)`}`;
}

async function memory(browser: Browser, devtools: CDPSession): Promise<string[]> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0;
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
  const tabs = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => privateBytes(id));
  return [
    `JavaScript heap: ${(metric("JSHeapUsedSize") / MB).toFixed(1)} MB; elements in the document: ${metric("Nodes")}; process of the tab: ${(Math.max(...tabs) / MB).toFixed(0)} MB (PSS)`,
  ];
}

function privateBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * BYTES_PER_KILOBYTE;
}

async function signIn({ url, setup }: ServerProcess): Promise<{ name: string; value: string }> {
  const body = {
    token: setup,
    email: "bench@example.test",
    name: "Bench",
    password: "measured with a long ruler",
  };
  const answer = await fetch(`${url}/api/v1/setup`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: url },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`nobody is signed in: ${await answer.text()}`);
  const [pair = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  const [name = "", ...value] = pair.split("=");
  return { name, value: value.join("=") };
}
