import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { deferReferences } from "./deferred-references.ts";
import { parkingOf } from "./parking.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { STAGED, type StagedTable, stagedValue } from "./staged-table.ts";
import { orderedComponents } from "./strongly-connected.ts";
import { readUniqueIndexes, type UniqueIndex } from "./unique-indexes.ts";
import { pendingOf } from "./write-statements.ts";

/** Longer chains are cut by parking: a statement for each link would take for ever. */
const MAX_LAYERS = 32;
const PAGE = 50_000;

/** An update that takes a value which another update gives up. */
interface Wait {
  readonly seq: string;
  readonly blocker: string;
}

/**
 * After a value was found taken although every row is as the patch expects: updates hand values on to each other.
 * Chains are ordered in layers; of each circle one row is parked on a value that nobody has.
 * @throws `unexplained` when no update of the patch gives the value up
 */
export async function planSwaps(opened: OpenedTransaction, unexplained: unknown): Promise<void> {
  const { session, settings, tables } = opened;
  await settings.usePins();
  let explained = false;
  for (const table of tables) {
    if (table.groups.length === 0) continue;
    const indexes = await readUniqueIndexes(session.client, [table.info.oid]);
    const waits: Wait[] = [];
    const involved: UniqueIndex[] = [];
    for (const index of indexes.filter((each) => isTouched(table, each))) {
      const found = await readWaits(session.client, table, index);
      if (found.length > 0) involved.push(index);
      waits.push(...found);
    }
    if (waits.length === 0) continue;
    explained = true;
    const plan = planLayers(waits);
    await storePlan(session.client, table, plan);
    if (plan.parked.size === 0) continue;
    table.parking = await parkingOf(session.client, table, involved);
    await deferReferences(opened, table);
  }
  if (!explained) throw unexplained;
}

function isTouched(table: StagedTable, index: UniqueIndex): boolean {
  return table.groups.some((_, group) =>
    table.groupColumns(group).some((column) => index.columns.includes(column.spec.name)),
  );
}

async function readWaits(client: Client, table: StagedTable, index: UniqueIndex): Promise<Wait[]> {
  const after = index.columns
    .map((name) => `${newValue(table, name)} AS ${quoteIdentifier(name)}`)
    .join(", ");
  const before = index.columns.map((name) => `t.${quoteIdentifier(name)}`).join(", ");
  const keys = index.keys.map(({ expression }, at) => `${expression} AS e${at}`).join(", ");
  const predicate = index.predicate === null ? "" : ` WHERE ${index.predicate}`;
  const rows = (columns: string) =>
    `SELECT r.seq, ${keys} FROM (SELECT s.seq, ${columns} FROM ${table.stage} s JOIN ${table.relation} t ON ${table.sameKey()}
     WHERE ${pendingOf({ kind: STAGED.update, group: null })}) r${predicate}`;
  const match = index.keys
    .map(({ operator }, at) => {
      const same = `a.e${at} OPERATOR(${operator}) b.e${at}`;
      return index.nullsDistinct ? same : `(${same} OR (a.e${at} IS NULL AND b.e${at} IS NULL))`;
    })
    .join(" AND ");
  const { rows: found } = await client.query<Record<"seq" | "blocker", string>>(
    `SELECT a.seq, b.seq AS blocker FROM (${rows(after)}) a JOIN (${rows(before)}) b ON ${match} WHERE a.seq <> b.seq`,
  );
  return found;
}

/** The column after the update of its group, else as it is. */
function newValue(table: StagedTable, name: string): string {
  const column = table.columns.find((each) => each.spec.name === name);
  const groups = table.groups.flatMap((_, group) =>
    column !== undefined && table.groupColumns(group).includes(column) ? [group] : [],
  );
  if (column === undefined || groups.length === 0) return `t.${quoteIdentifier(name)}`;
  return `CASE WHEN s.grp = ANY ('{${groups.join(",")}}'::pg_catalog.int4[]) THEN ${stagedValue(column, "new")} ELSE t.${column.quoted} END`;
}

export interface SwapPlan {
  readonly layers: ReadonlyMap<string, number>;
  readonly parked: ReadonlySet<string>;
}

/** Every update comes in a later layer than the ones that it waits for, unless those are parked. */
export function planLayers(waits: readonly Wait[]): SwapPlan {
  const nodes = [...new Set(waits.flatMap(({ seq, blocker }) => [seq, blocker]))];
  const number = new Map(nodes.map((seq, at) => [seq, at]));
  const edges = waits.map(({ seq, blocker }) => [number.get(blocker) ?? 0, number.get(seq) ?? 0] as const);
  const parked = parkedMembers(orderedComponents(nodes.length, edges), edges);
  const layers = layersOf(nodes.length, edges, parked);
  if ([...layers.values()].every((layer) => layer <= MAX_LAYERS)) return toPlan(nodes, layers, parked);
  const blockers = new Set(edges.map(([blocker]) => blocker));
  return toPlan(nodes, layersOf(nodes.length, edges, blockers), blockers);
}

/** Of a plain circle one member is enough; where circles meet, all of them. */
function parkedMembers(
  components: readonly number[][],
  edges: readonly (readonly [number, number])[],
): Set<number> {
  const component = new Map(
    components.flatMap((members, at) => members.map((member) => [member, at] as const)),
  );
  const inner = new Map<number, number>();
  for (const [from, to] of edges) {
    const at = component.get(from);
    if (at !== undefined && at === component.get(to)) inner.set(at, (inner.get(at) ?? 0) + 1);
  }
  return new Set(
    components.flatMap((members, at) => {
      if (members.length < 2) return [];
      return (inner.get(at) ?? 0) === members.length ? members.slice(0, 1) : members;
    }),
  );
}

function layersOf(
  size: number,
  edges: readonly (readonly [number, number])[],
  parked: ReadonlySet<number>,
): Map<number, number> {
  const kept = edges.filter(([blocker]) => !parked.has(blocker));
  const incoming = Map.groupBy(kept, ([, to]) => to);
  const layers = new Map<number, number>();
  for (const [node] of orderedComponents(size, kept)) {
    if (node === undefined) continue;
    const above = (incoming.get(node) ?? []).map(([blocker]) => layers.get(blocker) ?? 0);
    layers.set(
      node,
      above.reduce((deepest, layer) => Math.max(deepest, layer + 1), 0),
    );
  }
  return layers;
}

function toPlan(
  nodes: readonly string[],
  layers: ReadonlyMap<number, number>,
  parked: ReadonlySet<number>,
): SwapPlan {
  return {
    layers: new Map(nodes.map((seq, at) => [seq, layers.get(at) ?? 0])),
    parked: new Set(nodes.filter((_, at) => parked.has(at))),
  };
}

async function storePlan(client: Client, table: StagedTable, plan: SwapPlan): Promise<void> {
  const rows = [...plan.layers].filter(([seq, layer]) => layer > 0 || plan.parked.has(seq));
  for (let at = 0; at < rows.length; at += PAGE) {
    const page = rows.slice(at, at + PAGE);
    await client.query(
      `UPDATE ${table.stage} s SET layer = v.layer, parked = v.parked
       FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.int8[]), pg_catalog.unnest($2::pg_catalog.int4[]), pg_catalog.unnest($3::pg_catalog.bool[])) AS v(seq, layer, parked)
       WHERE v.seq = s.seq`,
      [page.map(([seq]) => seq), page.map(([, layer]) => layer), page.map(([seq]) => plan.parked.has(seq))],
    );
  }
}

export function unresolvable(table: StagedTable, indexes: readonly string[]): CodedError {
  const names = indexes.map((name) => `"${name}"`).join(", ");
  return new CodedError(
    "order.unresolvable",
    `Rows of table "${table.name}" trade values of ${names}, and no free value could stand in for the moment; nothing was written.`,
    {
      hint: "If rows of other tables refer to these values, --allow-ddl defers their foreign keys for the moment.",
      details: { table: table.name, constraints: indexes },
    },
  );
}
