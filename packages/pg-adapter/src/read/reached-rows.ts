import type { RowClosure, RowScope } from "@syncline/core";
import type { ReadSession, TextRow } from "../connection/read-session.ts";
import { closureMembers } from "../sql/closure-sql.ts";
import { quoteLiteral } from "../sql/quote.ts";
import type { ScopeContext } from "../sql/scope-parts.ts";
import { ScopeCompiler } from "../sql/scope-sql.ts";

/** Beyond so many rows a closure is worked out in every statement: the list of them would be larger than the work. */
const MOST_ROWS = 500_000;

/** Closures of a scope, those inside others first. */
export function closuresOf(scope: RowScope): RowClosure[] {
  switch (scope.kind) {
    case "and":
    case "or":
      return scope.items.flatMap(closuresOf);
    case "not":
      return closuresOf(scope.item);
    case "related":
      return closuresOf(scope.where);
    case "closure":
      return [...scope.tables.flatMap(({ seed }) => closuresOf(seed)), scope];
    default:
      return [];
  }
}

/**
 * Works a closure out once for all tables and statements of a snapshot. The addresses of the rows become settings of the
 * transaction, one for each relation.
 */
export class ReachedRows {
  /** Values of the settings, for every session. */
  readonly settings = new Map<string, string>();
  #next = 0;
  readonly #found = new Map<string, Promise<ReadonlyMap<string, string> | null>>();

  /** Names of lists mean other keys from now on. */
  forget(): void {
    this.#found.clear();
  }

  /** Works out what `scope` needs, with the session that has all other settings. */
  async find(scope: RowScope, session: ReadSession, context: ScopeContext, signal: AbortSignal) {
    const known = new Map<string, ReadonlyMap<string, string> | null>();
    const reached = (closure: RowClosure) => fromItem(known.get(nameOf(closure)), closure);
    for (const closure of closuresOf(scope)) {
      const name = nameOf(closure);
      const found = this.#found.get(name) ?? this.#workOut(closure, session, { ...context, reached }, signal);
      this.#found.set(name, found);
      known.set(name, await found);
    }
    return reached;
  }

  /** FROM items by number of the table; null where each statement has to work it out. */
  async #workOut(
    closure: RowClosure,
    session: ReadSession,
    context: ScopeContext,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | null> {
    if (closure.tables.some(({ name }) => !context.table(name).hasRowAddresses)) return null;
    const members = closureMembers(new ScopeCompiler(context), closure);
    if (members === null) return new Map();
    const number = this.#next;
    this.#next += 1;
    const rows = await session.rows(membersQuery(members), [], signal, "Following references");
    if (rows.some(([, , addresses]) => addresses === null)) return null;
    const items = Map.groupBy(rows, ([table]) => table ?? "");
    const before = new Set(this.settings.keys());
    const froms = [...items].map(([table, of]) => [table, this.#store(number, of)] as const);
    for (const [name, value] of [...this.settings].filter(([each]) => !before.has(each)))
      await session.rows("SELECT pg_catalog.set_config($1, $2, true) IS NOT NULL", [name, value], signal);
    return new Map(froms);
  }

  #store(number: number, rows: readonly TextRow[]): string {
    const parts = rows.map(([table, relation, addresses]) => {
      const name = `syncline.reached_${number}_${table}_${relation}`;
      this.settings.set(name, addresses ?? "{}");
      const list = `pg_catalog.unnest(pg_catalog.current_setting(${quoteLiteral(name)})::pg_catalog.tid[])`;
      return `SELECT '${relation}'::pg_catalog.oid AS rel, a.at FROM ${list} AS a(at)`;
    });
    return `(${parts.join(" UNION ALL ")})`;
  }
}

function membersQuery(members: string): string {
  return `WITH m AS MATERIALIZED (${members}) SELECT i, rel, CASE WHEN (SELECT pg_catalog.count(*) FROM m) <= ${MOST_ROWS}
    THEN pg_catalog.array_agg(at)::pg_catalog.text END FROM m GROUP BY i, rel ORDER BY i, rel`;
}

function fromItem(found: ReadonlyMap<string, string> | null | undefined, closure: RowClosure): string | null {
  if (found === null || found === undefined) return null;
  const nothing = "(SELECT NULL::pg_catalog.oid AS rel, NULL::pg_catalog.tid AS at WHERE false)";
  return found.get(String(closure.table)) ?? nothing;
}

/** The same for all tables of a closure. */
function nameOf({ tables, edges }: RowClosure): string {
  return JSON.stringify([tables, edges]);
}
