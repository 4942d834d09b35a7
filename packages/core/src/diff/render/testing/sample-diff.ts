import type { RowChange } from "../../row-change.ts";
import type { RenderInput, RenderTable } from "../render-input.ts";

const USERS: RenderTable = {
  source: { schema: "public", name: "users" },
  target: { schema: "public", name: "users" },
  patchTable: {
    name: "users",
    columns: [
      ["id", "integer"],
      ["name", "text"],
      ["status", "text"],
      ["balance", "numeric(10,2)"],
      ["active", "boolean"],
      ["notes", "text"],
    ],
    key: ["id"],
    fingerprint: "f1",
  },
};

const PRICES: RenderTable = {
  source: { schema: "billing", name: "prices" },
  target: { schema: "billing", name: "prices" },
  patchTable: {
    name: "billing.prices",
    columns: [
      ["product", "uuid"],
      ["valid from", "date"],
      ["amount", "numeric"],
    ],
    key: ["product", "valid from"],
    fingerprint: "f2",
  },
};

const EVENTS: RenderTable = {
  source: { schema: "public", name: "events_v2" },
  target: { schema: "public", name: "events" },
  patchTable: { name: "events", columns: [["kind", "text"]], key: [], fingerprint: "f3" },
};

const PRODUCT = "5f3c1f9e-9d53-4b1c-8a7e-0d2f6f0a11aa";

/** NULL beside '' and 'NULL', wide characters, an escape sequence, several lines, a long value, markup. */
export const SAMPLE_CHANGES: readonly RowChange[] = [
  {
    kind: "update",
    table: 0,
    key: ["17"],
    changes: [{ column: "status", before: "active", after: "inactive" }],
  },
  {
    kind: "update",
    table: 0,
    key: ["18"],
    changes: [
      { column: "name", before: "山田太郎", after: "山田 花子" },
      { column: "balance", before: "10.0", after: "10.00" },
      { column: "active", before: "t", after: "f" },
    ],
  },
  {
    kind: "update",
    table: 0,
    key: ["19"],
    changes: [
      { column: "status", before: null, after: "NULL" },
      { column: "notes", before: "", after: "first line\nsecond line\n\tindented" },
    ],
  },
  {
    kind: "update",
    table: 0,
    key: ["20"],
    changes: [{ column: "notes", before: "one\ntwo\nthree\nfour", after: "one\ntwo\n3\nfour" }],
  },
  {
    kind: "insert",
    table: 0,
    key: ["21"],
    after: ["21", "<script>alert('x')</script>", "new", "0.10", "t", null],
    count: 1,
  },
  {
    kind: "delete",
    table: 0,
    key: ["22"],
    before: ["22", "\u001b[31mred\u001b[0m \u202eevil", "gone", "-1.5", "f", "x".repeat(3000)],
    count: 1,
    of: 1,
  },
  {
    kind: "update",
    table: 1,
    key: [PRODUCT, "2026-01-01"],
    changes: [{ column: "amount", before: "19.90", after: "21.90" }],
  },
  { kind: "insert", table: 2, key: [], after: ["login"], count: 3 },
  { kind: "delete", table: 2, key: [], before: ["logout"], count: 2, of: 5 },
];

const counts = (
  sourceRows: number,
  targetRows: number,
  unchanged: number,
  inserts: number,
  updates: number,
  deletes: number,
) => ({
  sourceRows,
  targetRows,
  unchanged,
  inserts,
  updates,
  deletes,
});

async function* stream(changes: readonly RowChange[]): AsyncGenerator<RowChange> {
  yield* changes;
}

const PLAIN_RESULT = { changedBytes: 0, recheck: null };

/** Three tables with every kind of change. */
export function sampleDiff(options: Partial<RenderInput> = {}): RenderInput {
  return {
    source: "production:shop",
    target: "staging:shop",
    tables: [USERS, PRICES, EVENTS],
    changes: stream(SAMPLE_CHANGES),
    result: Promise.resolve({
      complete: true,
      stopped: null,
      tables: [
        { counts: counts(1204, 1204, 1199, 1, 4, 1), changedBytes: 3411, recheck: null },
        { counts: counts(310_000, 310_000, 309_999, 0, 1, 0), changedBytes: 10, recheck: null },
        { counts: counts(12, 11, 9, 3, 0, 2), changedBytes: 27, recheck: null },
      ],
      totals: counts(311_216, 311_215, 311_207, 4, 5, 3),
      elapsedMs: 1234,
    }),
    ...options,
  };
}

export function identicalDiff(options: Partial<RenderInput> = {}): RenderInput {
  const same = counts(1204, 1204, 1204, 0, 0, 0);
  return {
    ...sampleDiff(),
    tables: [USERS],
    changes: stream([]),
    result: Promise.resolve({
      complete: true,
      stopped: null,
      tables: [{ ...PLAIN_RESULT, counts: same }],
      totals: same,
      elapsedMs: 87,
    }),
    ...options,
  };
}

/** One table, cut short by a limit, with a second look at its differences. */
export function stoppedDiff(options: Partial<RenderInput> = {}): RenderInput {
  const found = counts(5000, 4000, 100, 1, 4, 1);
  return {
    ...sampleDiff(),
    tables: [USERS],
    changes: stream(SAMPLE_CHANGES.slice(0, 6)),
    result: Promise.resolve({
      complete: false,
      stopped: "--max-differences 6",
      tables: [{ counts: found, changedBytes: 3411, recheck: { stable: 5, inFlight: 1 } }],
      totals: found,
      elapsedMs: 61_000,
    }),
    ...options,
  };
}
