import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

export interface ReportRow {
  readonly name: string;
  readonly seconds: number;
  readonly peakBytes: number | null;
  readonly baseline?: string;
  readonly baselineSeconds?: number | null;
  readonly goal?: string;
  /** Null when the baseline could not be measured here. */
  readonly reached?: boolean | null;
  readonly note?: string;
}

export interface ReportFacts {
  readonly server: string;
  readonly rows: number;
  readonly tableBytes: number;
  readonly runs: number;
}

const HEAD = [
  "Measurement",
  "Seconds",
  "Peak memory",
  "Baseline",
  "Baseline seconds",
  "Ratio",
  "Goal",
  "Reached",
  "Note",
];

/** Collects rows, prints each as it comes, and writes the page at the end. */
export class Report {
  readonly #rows: ReportRow[] = [];

  add(row: ReportRow): void {
    this.#rows.push(row);
    process.stdout.write(
      `${cells(row)
        .filter((cell) => cell !== "")
        .join(" · ")}\n`,
    );
  }

  write(file: string, facts: ReportFacts): void {
    const cpu = cpus();
    const lines = [
      "# Benchmarks",
      "",
      "Written by `pnpm bench`. Each figure is the median; ratios compare measurements taken side by side in one run.",
      "",
      `- Date: ${new Date().toISOString().slice(0, 10)}`,
      `- Machine: ${cpu.length} × ${cpu[0]?.model.trim() ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB; client and server on it together`,
      `- ${facts.server}; Node ${process.versions.node}`,
      `- Table: ${facts.rows.toLocaleString("en")} rows, ${Math.round(facts.tableBytes / 1e6)} MB; ${facts.runs} runs`,
      "",
      `| ${HEAD.join(" | ")} |`,
      `|${HEAD.map(() => "---").join("|")}|`,
      ...this.#rows.map((row) => `| ${cells(row).join(" | ")} |`),
      "",
    ];
    writeFileSync(file, lines.join("\n"));
  }
}

function cells(row: ReportRow): readonly string[] {
  const baseline = row.baselineSeconds ?? null;
  return [
    row.name,
    row.seconds.toFixed(2),
    row.peakBytes ? `${Math.round(row.peakBytes / 2 ** 20)} MiB` : "",
    row.baseline ?? "",
    baseline === null ? "" : baseline.toFixed(2),
    baseline === null ? "" : `${(row.seconds / baseline).toFixed(2)} ×`,
    row.goal ?? "",
    row.reached === undefined || row.reached === null ? "" : row.reached ? "yes" : "no",
    row.note ?? "",
  ];
}
