import { seed } from "@syncline/tooling-vitest";

export interface Cases {
  readonly guarantee: string;
  readonly count: number;
  /** Cases that run at the same time. */
  readonly lanes: number;
  /** Returns what was wrong with the case, empty when nothing was. */
  readonly run: (index: number) => Promise<readonly string[]>;
}

/** `SYNCLINE_CASE=17` runs that case alone. */
const ONLY = process.env["SYNCLINE_CASE"];

/** One cause often fails many cases. */
const PRINTED = 10;

/** Runs all cases whatever happens; returns what failed, each with what is needed to repeat it. */
export async function runCases({ guarantee, count, lanes, run }: Cases): Promise<string[]> {
  const waiting = Array.from({ length: count }, (_, index) => index).filter(
    (index) => ONLY === undefined || Number(ONLY) === index,
  );
  const failures: string[] = [];
  const lane = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const problems = await run(index).catch((error: unknown) => [describeError(error)]);
      if (problems.length === 0) continue;
      const failure = `${guarantee} SYNCLINE_SEED=${seed} SYNCLINE_CASE=${index}: ${problems.join("; ")}`;
      failures.push(failure);
      if (failures.length <= PRINTED) process.stderr.write(`${failure}\n`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return failures;
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
