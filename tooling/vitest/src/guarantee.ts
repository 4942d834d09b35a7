import { appendFileSync } from "node:fs";
import { inject } from "vitest";
import { GUARANTEE_RECORDS, GUARANTEE_SCALE, GUARANTEE_SEED } from "./guarantee-environment.ts";
import type { GuaranteeRecord } from "./guarantee-record.ts";

const DEFAULT_SEED = 20_261;

/** Seed for every randomised test of this run; `SYNCLINE_SEED=… pnpm test` repeats a run. */
export const seed: number = readNumber(GUARANTEE_SEED) ?? DEFAULT_SEED;

/** 1 when the full figures run. */
export const scale: number = readNumber(GUARANTEE_SCALE) ?? 0.05;

/** The part of the full figure `count` that this run does: rounded up, at least 1. */
export function scaled(count: number): number {
  return Math.max(1, Math.ceil(count * scale));
}

export interface GuaranteeResult {
  /** For example `G11`. */
  readonly id: string;
  /** What was guaranteed, one sentence. */
  readonly claim?: string;
  /** What ran, with its count: `200 SIGKILLs`. */
  readonly figure: string | number;
  /** Default: the seed of the run. */
  readonly seed?: number;
  readonly failures: number;
  readonly details?: string;
  /** Version of the PostgreSQL server. Default: the one of the test server. */
  readonly postgres?: string;
}

/** Writes a result down for `docs/guarantees.md`; prints it with its seed. The test itself must still fail. */
export function recordGuarantee(result: GuaranteeResult): void {
  const record: GuaranteeRecord = {
    id: result.id,
    claim: result.claim ?? "",
    figure: String(result.figure),
    seed: result.seed ?? seed,
    failures: result.failures,
    details: result.details ?? "",
    postgres: result.postgres ?? inject("pgVersion") ?? "",
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  };
  process.stderr.write(`${record.id}: ${record.figure}, ${record.failures} failed, seed ${record.seed}\n`);
  const file = process.env[GUARANTEE_RECORDS];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(record)}\n`);
}

function readNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`${name} must be a number, not "${text}"`);
  return number;
}
