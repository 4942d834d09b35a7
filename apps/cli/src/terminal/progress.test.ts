import { describe, expect, it } from "vitest";
import { terminalSettings } from "./environment.ts";
import { ProgressLine } from "./progress.ts";
import { formatBytes, formatProgress, formatSeconds } from "./progress-text.ts";

const event = { phase: "compare", table: "orders", rows: 120_000, bytes: 12_300_000, estimatedRows: 180_000 };

describe("progress text", () => {
  it("tells rows, bytes, rate and the time left", () => {
    expect(formatProgress({ event, rowsPerSecond: 20_000, elapsedMs: 6000 })).toBe(
      "compare orders: 120,000 of about 180,000 rows, 12.3 MB, 20,000 rows/s, ETA 0:03",
    );
  });

  it("tells the time passed when nothing can be estimated", () => {
    const unknown = { ...event, table: null, bytes: 0, estimatedRows: null };
    expect(formatProgress({ event: unknown, rowsPerSecond: null, elapsedMs: 61_000 })).toBe(
      "compare: 120,000 rows, 1:01",
    );
  });

  it("never shows an estimate below what was read", () => {
    expect(
      formatProgress({ event: { ...event, estimatedRows: 5 }, rowsPerSecond: null, elapsedMs: 0 }),
    ).not.toContain("about");
  });

  it("formats bytes and durations", () => {
    expect([0, 999, 1000, 5_560_000_000].map(formatBytes)).toEqual(["0 B", "999 B", "1.0 kB", "5.6 GB"]);
    expect([0.4, 59.6, 3723].map(formatSeconds)).toEqual(["0:00", "1:00", "1:02:03"]);
  });
});

describe("progress line", () => {
  const start = (redraw: boolean, columns = 80) => {
    const written: string[] = [];
    let now = 0;
    const line = new ProgressLine({ write: (text) => written.push(text), redraw, columns, now: () => now });
    return { line, written, at: (time: number) => (now = time) };
  };

  it("redraws one line in a terminal, cut to its width, and removes it", () => {
    const { line, written, at } = start(true, 30);
    line.report(event);
    at(1000);
    line.tick();
    expect(written).toEqual(["\r\u001b[2Kcompare orders: 120,000 of ab"]);
    line.stop();
    expect(written.at(-1)).toBe("\r\u001b[2K");
  });

  it("stays silent for work that ends at once", () => {
    const { line, written, at } = start(true);
    line.report(event);
    at(50);
    line.tick();
    line.stop();
    expect(written).toEqual([]);
  });

  it("writes whole lines without escapes when there is no terminal", () => {
    const { line, written, at } = start(false);
    line.report(event);
    at(10_000);
    line.report({ ...event, rows: 150_000 });
    line.tick();
    line.stop();
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^compare orders: 150,000 of about 180,000 rows, .*\n$/);
    expect(written[0]).not.toContain("\u001b");
  });
});

describe("terminal settings", () => {
  const terminal = { isTTY: true, columns: 120 };

  it("follow the stream", () => {
    expect(terminalSettings(terminal, {})).toEqual({ color: true, redraw: true, columns: 120 });
    expect(terminalSettings({}, {})).toMatchObject({ color: false, redraw: false });
  });

  it("honour NO_COLOR, FORCE_COLOR, CI, TERM=dumb and --no-color", () => {
    expect(terminalSettings(terminal, { NO_COLOR: "1" }).color).toBe(false);
    expect(terminalSettings(terminal, { NO_COLOR: "" }).color).toBe(true);
    expect(terminalSettings({}, { FORCE_COLOR: "1" }).color).toBe(true);
    expect(terminalSettings(terminal, { FORCE_COLOR: "0" }).color).toBe(false);
    expect(terminalSettings(terminal, { CI: "true" }).redraw).toBe(false);
    expect(terminalSettings(terminal, { TERM: "dumb" })).toMatchObject({ color: false, redraw: false });
    expect(terminalSettings(terminal, { FORCE_COLOR: "1" }, ["--no-color"]).color).toBe(false);
  });
});

it("draws nothing while somebody is asked", () => {
  const written: string[] = [];
  let at = 0;
  const write = (text: string) => void written.push(text);
  const progress = new ProgressLine({ write, redraw: true, columns: 80, now: () => at });
  progress.report({ phase: "compare", table: "users", rows: 1, bytes: 0, estimatedRows: null });
  at = 1000;
  const resume = progress.suspend();
  progress.tick();
  expect(written).toEqual([]);
  resume();
  progress.tick();
  expect(written).toHaveLength(1);
  progress.stop();
});
