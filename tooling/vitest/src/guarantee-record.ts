/** One line of the records file and one row of `docs/guarantees.md`. */
export interface GuaranteeRecord {
  readonly id: string;
  readonly claim: string;
  readonly figure: string;
  readonly seed: number;
  readonly failures: number;
  readonly details: string;
  readonly postgres: string;
  readonly node: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

export function parseRecords(lines: string): GuaranteeRecord[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as GuaranteeRecord);
}

/** Newer results replace older ones of the same guarantee, claim and figure; the others stay. Sorted by number. */
export function mergeRecords(
  older: readonly GuaranteeRecord[],
  newer: readonly GuaranteeRecord[],
): GuaranteeRecord[] {
  const name = ({ id, claim, figure }: GuaranteeRecord) => `${id}\n${claim}\n${figure}`;
  const byTest = new Map([...older, ...newer].map((record) => [name(record), record]));
  return [...byTest.values()].sort((a, b) => compareNames(a, b));
}

function compareNames(a: GuaranteeRecord, b: GuaranteeRecord): number {
  return (
    a.id.localeCompare(b.id, "en", { numeric: true }) ||
    a.claim.localeCompare(b.claim, "en") ||
    a.figure.localeCompare(b.figure, "en", { numeric: true })
  );
}
