import type { PatchHeader, PatchOperation, PatchTable } from "@syncline/core";

export function resultHeader(tables: readonly PatchTable[]): PatchHeader {
  return {
    format: "syncline-patch",
    version: 1,
    id: "01JD0000000000000000000000",
    createdAt: "2026-01-02T03:04:05.000Z",
    source: { locator: "production:shop", version: "PostgreSQL 18.4" },
    target: { locator: "staging:shop" },
    metadata: {
      createdBy: null,
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: {},
      complete: true,
      hash: "none",
      inverts: null,
    },
    base: null,
    tables,
  };
}

/** Ten columns as a shop has them. */
export const ORDERS: PatchTable = {
  name: "orders",
  columns: [
    ["id", "bigint"],
    ["customer", "text"],
    ["email", "character varying(200)"],
    ["status", "text"],
    ["total", "numeric(12,2)"],
    ["created_at", "timestamp with time zone"],
    ["updated_at", "timestamp with time zone"],
    ["note", "text"],
    ["reference", "uuid"],
    ["data", "jsonb"],
  ],
  key: ["id"],
  fingerprint: "f1",
};

const FIRST = [
  "Ada",
  "Grace",
  "Edsger",
  "Barbara",
  "Donald",
  "Frances",
  "Alan",
  "Katherine",
  "Tony",
  "Radia",
];
const LAST = [
  "Lovelace",
  "Hopper",
  "Dijkstra",
  "Liskov",
  "Knuth",
  "Allen",
  "Turing",
  "Johnson",
  "Hoare",
  "Perlman",
];
const WORDS =
  "please deliver after noon leave with the neighbour call before arrival fragile gift wrapped urgent return damaged".split(
    " ",
  );
const STATUS = ["new", "paid", "shipped", "returned", "cancelled"];

/** A small generator of numbers that are the same each time. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function orderRow(id: number, next: (below: number) => number): Map<string, string | null> {
  const pick = (list: readonly string[]) => list[next(list.length)] ?? "";
  const customer = `${pick(FIRST)} ${pick(LAST)}`;
  const hex = (length: number) => Array.from({ length }, () => next(16).toString(16)).join("");
  const time = (days: number) =>
    new Date(1_700_000_000_000 + days * 86_400_000 + next(86_400_000)).toISOString();
  return new Map<string, string | null>([
    ["id", String(id)],
    ["customer", customer],
    ["email", `${customer.toLowerCase().replace(" ", ".")}${next(9_999)}@example.com`],
    ["status", pick(STATUS)],
    ["total", `${next(5_000)}.${String(next(100)).padStart(2, "0")}`],
    ["created_at", time(next(700))],
    ["updated_at", time(700)],
    ["note", next(3) === 0 ? null : Array.from({ length: 2 + next(8) }, () => pick(WORDS)).join(" ")],
    ["reference", `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`],
    ["data", `{"source": "${pick(["web", "shop", "app"])}", "items": ${next(20)}, "voucher": "${hex(6)}"}`],
  ]);
}

/** A third each of inserts, updates of one to four columns, and deletes, in key order. */
export function orderChange(id: number, next: (below: number) => number): PatchOperation {
  const row = orderRow(id, next);
  const key = new Map([["id", String(id)]]);
  const kind = next(3);
  if (kind === 0) return { op: "insert", table: "orders", key, new: row, count: 1 };
  if (kind === 1) return { op: "delete", table: "orders", key, old: row, count: 1, of: 1 };
  const other = orderRow(id, next);
  const columns = ["status", "total", "updated_at", "note"].slice(0, 1 + next(4));
  const part = (from: Map<string, string | null>) =>
    new Map(columns.map((column) => [column, from.get(column) ?? null]));
  return { op: "update", table: "orders", key, old: part(row), new: part(other) };
}
