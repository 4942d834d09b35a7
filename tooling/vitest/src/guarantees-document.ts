import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GuaranteeRecord, mergeRecords, parseRecords } from "./guarantee-record.ts";

/** Merges the records of a run into `docs/guarantees.json` and writes `docs/guarantees.md` from it. */
export function updateGuaranteesDocument({ root, recordsFile }: { root: string; recordsFile: string }): void {
  if (!existsSync(recordsFile)) return;
  const store = join(root, "docs", "guarantees.json");
  const older = existsSync(store) ? (JSON.parse(readFileSync(store, "utf8")) as GuaranteeRecord[]) : [];
  const merged = mergeRecords(older, parseRecords(readFileSync(recordsFile, "utf8")));
  mkdirSync(dirname(store), { recursive: true });
  writeFileSync(store, `${JSON.stringify(merged, null, 2)}\n`);
  writeFileSync(join(root, "docs", "guarantees.md"), renderGuarantees(merged));
}

export function renderGuarantees(records: readonly GuaranteeRecord[]): string {
  return [
    "# Guarantees",
    "",
    "Written by `pnpm guarantees`, which runs every figure in full; `pnpm test` runs a twentieth of each.",
    "`SYNCLINE_SEED=<seed> pnpm guarantees` repeats a run.",
    "",
    "| Guarantee | Figure | Result | Seed | Date | Versions | Details |",
    "|---|---|---|---|---|---|---|",
    ...records.map(renderRow),
    "",
  ].join("\n");
}

function renderRow(record: GuaranteeRecord): string {
  const versions = [record.postgres === "" ? "" : `PostgreSQL ${record.postgres}`, `Node ${record.node}`];
  const cells = [
    `${record.id} ${record.claim}`.trim(),
    record.figure,
    record.failures === 0 ? "0 failed" : `**${record.failures} failed**`,
    String(record.seed),
    record.date,
    versions.filter((version) => version !== "").join(", "),
    record.details,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
