import {
  CodedError,
  formatQualifiedName,
  type QualifiedName,
  type RowScope,
  sameQualifiedName,
} from "@syncline/core";
import type { TableInfo } from "../catalog/table-info.ts";
import type { ReadSession } from "../connection/read-session.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import type { CollationFact, ScopeTable } from "../sql/scope-parts.ts";

/** Every table that a scope reads besides the one it is about. */
export function tablesOf(scope: RowScope): QualifiedName[] {
  switch (scope.kind) {
    case "and":
    case "or":
      return scope.items.flatMap(tablesOf);
    case "not":
      return tablesOf(scope.item);
    case "related":
      return [scope.table, ...tablesOf(scope.where)];
    case "closure":
      return scope.tables.flatMap(({ name, seed }) => [name, ...tablesOf(seed)]);
    default:
      return [];
  }
}

interface TableFacts {
  readonly kind: string;
  readonly hasTenantColumn: boolean;
  readonly rewritten: boolean;
  readonly collations: Readonly<Record<string, CollationFact>>;
}

const LOCK_TIMEOUT_MS = 10_000;

/** Reads what scopes need to know of their tables, once a table. Tables outside the snapshot are locked first. */
export class ScopeTables {
  readonly #tables = new Map<string, Promise<ScopeTable>>();
  readonly #session: ReadSession;
  readonly #infos: readonly TableInfo[];
  readonly #scope: PgScope;

  constructor(session: ReadSession, infos: readonly TableInfo[], scope: PgScope) {
    this.#session = session;
    this.#infos = infos;
    this.#scope = scope;
  }

  /** Rejects with `table.not_found`, or `schema.changed` when a table was rewritten after the snapshot. */
  async load(
    names: readonly QualifiedName[],
    signal: AbortSignal,
  ): Promise<(name: QualifiedName) => ScopeTable> {
    const loaded = new Map<string, ScopeTable>();
    for (const name of names) {
      const key = quoteTable(name);
      const table = this.#tables.get(key) ?? this.#read(name, signal);
      this.#tables.set(key, table);
      loaded.set(key, await table);
    }
    return (name) => {
      const table = loaded.get(quoteTable(name));
      if (table === undefined) throw new RangeError(`table ${quoteTable(name)} is not loaded`);
      return table;
    };
  }

  async #read(name: QualifiedName, signal: AbortSignal): Promise<ScopeTable> {
    const info = this.#infos.find((each) => sameQualifiedName(each.spec.name, name));
    const relation = info?.relation ?? name;
    const facts = await this.#facts(relation, signal);
    if (info === undefined && (facts.kind === "r" || facts.kind === "p")) {
      await this.#lock(name, facts.kind, signal);
      if ((await this.#facts(name, signal)).rewritten) throw rewritten(name);
    }
    const tenant = this.#scope.tenantColumn;
    return {
      from: `${facts.kind === "r" ? "ONLY " : ""}${quoteTable(relation)}`,
      hasRowAddresses: facts.kind === "r" || facts.kind === "p" || facts.kind === "m",
      tenant:
        tenant === null || !facts.hasTenantColumn
          ? null
          : (alias) => `${alias}.${quoteIdentifier(tenant.name)} = ${quoteLiteral(tenant.value)}`,
      collations: new Map(Object.entries(facts.collations)),
    };
  }

  async #facts(name: QualifiedName, signal: AbortSignal): Promise<TableFacts> {
    const tenant = this.#scope.tenantColumn?.name ?? null;
    const values = [name.schema, name.name, tenant];
    const [row] = await this.#session.rows(FACTS, values, signal);
    if (row === undefined) throw missing(name);
    return JSON.parse(row[0] ?? "") as TableFacts;
  }

  /** A waiting neighbour must not make us wait for good: other sessions of ours would queue behind him. */
  async #lock(name: QualifiedName, kind: string, signal: AbortSignal): Promise<void> {
    const only = kind === "r" ? "ONLY " : "";
    const about = `Locking table "${formatQualifiedName(name)}"`;
    const run = (text: string) => this.#session.rows(text, [], signal, about);
    await run(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await run(`LOCK TABLE ${only}${quoteTable(name)} IN ACCESS SHARE MODE`);
    await run("SET LOCAL lock_timeout = 0");
  }
}

/** The catalog is read by the snapshot, `pg_relation_filenode` as things are now. */
const FACTS = `SELECT pg_catalog.json_build_object(
    'kind', c.relkind,
    'hasTenantColumn', EXISTS (SELECT FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped),
    'rewritten', EXISTS (SELECT FROM pg_catalog.pg_class l WHERE l.relkind = 'r' AND l.relfilenode <> 0
      AND l.oid IN (SELECT c.oid UNION ALL SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p WHERE c.relkind = 'p')
      AND l.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(l.oid)),
    'collations', COALESCE((SELECT pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_object(
        'name', pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(co.collname),
        'deterministic', co.collisdeterministic))
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
      JOIN pg_catalog.pg_namespace n ON n.oid = co.collnamespace
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND co.collname <> 'default'), '{}'))::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
  WHERE s.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

function missing(name: QualifiedName): CodedError {
  return new CodedError(
    "table.not_found",
    `There is no table "${formatQualifiedName(name)}", which a scope reads.`,
    {
      hint: "Check the name; names are taken in exact case.",
    },
  );
}

function rewritten(name: QualifiedName): CodedError {
  const table = formatQualifiedName(name);
  return new CodedError("schema.changed", `Table "${table}" was rewritten while the work began.`, {
    hint: "Run it again.",
    retryable: true,
  });
}
