import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { type CheckResult, runTool } from "./check.ts";

export const UNIT = join(ROOT, "deploy/systemd/syncline.service");
/** Tenths of what `systemd-analyze security` counts; 10 is the worst of 10.0. */
const MOST_EXPOSURE = 15;

/** `verify` ends with 0 for keys that it does not know, and says so on stderr. */
export function checkSystemd(): CheckResult[] {
  const folder = mkdtempSync(join(tmpdir(), "syncline-unit-"));
  try {
    const unit = join(folder, "syncline.service");
    // Whether Node.js lies where the unit says is a matter of the machine that it is installed on.
    writeFileSync(unit, readFileSync(UNIT, "utf8").replace("=/usr/bin/node ", `=${process.execPath} `));
    return [
      runTool({
        name: "systemd-analyze verify",
        argv: ["systemd-analyze", "verify", unit],
        silentStderr: true,
      }),
      runTool({
        name: `systemd-analyze security (${MOST_EXPOSURE / 10} at most)`,
        argv: [
          "systemd-analyze",
          "security",
          "--no-pager",
          "--offline=true",
          `--threshold=${MOST_EXPOSURE}`,
          unit,
        ],
      }),
    ].map((result) => ({
      ...result,
      output: result.state === "passed" ? lastLine(result.output) : result.output,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/[^\x20-\x7e]/g, "")
      .trim() ?? ""
  );
}
