import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly rows: number;
  /** Counted runs of each measurement; the median is reported. */
  readonly runs: number;
  /** Folder with another PostgreSQL's binaries, or undefined for the embedded one. */
  readonly serverBin: string | undefined;
  /** Where the report goes, or null for the terminal alone. */
  readonly report: string | null;
  readonly only: readonly string[];
  /** Bench the server of the sources instead of the published package. */
  readonly sources: boolean;
}

const USAGE = `pnpm bench [--rows 4000000] [--runs 3] [--server-bin DIR] [--only diff,apply,copy,merge,pull,accounts|server|results|dashboard] [--sources] [--no-report]`;

/** Reads the command line; ends the process with status 2 on a bad one. */
export function readOptions(argv: readonly string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      allowNegative: true,
      options: {
        rows: { type: "string", default: "4000000" },
        runs: { type: "string", default: "3" },
        "server-bin": { type: "string" },
        report: { type: "boolean", default: true },
        sources: { type: "boolean", default: false },
        only: { type: "string", default: "diff,apply,copy,merge,pull,accounts" },
      },
    });
    return {
      rows: positive(values.rows, "--rows"),
      runs: positive(values.runs, "--runs"),
      serverBin: values["server-bin"],
      report: values.report ? "docs/benchmarks.md" : null,
      only: values.only.split(","),
      sources: values.sources,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(2);
  }
}

function positive(text: string, name: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} takes a whole number above 0, found "${text}".`);
  return value;
}
