import {
  CodedError,
  type ForeignKeySpec,
  type KeyList,
  sameQualifiedName,
  type TableSpec,
} from "@syncline/core";
import type {
  ReadSnapshot,
  RowHash,
  RowSelection,
  SelectedRows,
  SidePlan,
  TableReader,
} from "@syncline/engine";
import type pg from "pg";
import { readForeignKeys } from "../catalog/foreign-keys.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import { openConnection } from "../connection/connect.ts";
import { connectionLost, lostConnection } from "../connection/connection-lost.ts";
import { pinStatements } from "../connection/pins.ts";
import { ReadSession } from "../connection/read-session.ts";
import type { ServerFacts } from "../connection/server-facts.ts";
import { SessionPool } from "../connection/session-pool.ts";
import { translateError } from "../connection/translate-error.ts";
import type { PgScope } from "../scope.ts";
import { maskSettings } from "../sql/mask-sql.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { type CompileTableInput, compileTable } from "./compile-table.ts";
import { KeyLists } from "./key-lists.ts";
import { knownAnswer } from "./known-answer.ts";
import { ReachedRows } from "./reached-rows.ts";
import type { TableSql } from "./row-sql.ts";
import { ScopeTables } from "./scope-tables.ts";
import { PgSelectedRows } from "./selected-rows.ts";
import { PgTableReader } from "./table-reader.ts";

const LOCK_TIMEOUT_MS = 10_000;
/** What joining says when the snapshot's file is gone, or the session that exported it. */
export const SNAPSHOT_GONE = new Set(["42704", "22023", "55000"]);

export interface PgReadSnapshotParts {
  readonly infos: readonly TableInfo[];
  readonly facts: ServerFacts;
  readonly scope: PgScope;
  /** Name of the exported snapshot. */
  readonly token: string;
  readonly connections: number;
  /** Sessions that hold the locks and have not joined the snapshot. */
  readonly spares: readonly pg.Client[];
  /** The session whose transaction holds the locks and the snapshot. */
  readonly holder: ReadSession;
  readonly label: string;
  /** Sessions to read on, where they are not to be opened here. */
  readonly pool?: SessionPool;
}

export class PgReadSnapshot implements ReadSnapshot {
  readonly #parts: PgReadSnapshotParts;
  readonly #pool: SessionPool;
  readonly #spares: pg.Client[];
  readonly #scopeTables: ScopeTables;
  readonly #lists = new KeyLists();
  #maskSettings: ReadonlyMap<string, string> = new Map();
  readonly #reached = new ReachedRows();
  readonly #equipped = new WeakMap<ReadSession, Set<string>>();
  #foreignKeys: Promise<readonly ForeignKeySpec[]> | null = null;

  constructor(parts: PgReadSnapshotParts) {
    this.#parts = parts;
    this.#spares = [...parts.spares];
    this.#scopeTables = new ScopeTables(parts.holder, parts.infos, parts.scope);
    const open = () => this.#openSession();
    this.#pool = parts.pool ?? new SessionPool(parts.connections, open, (session) => this.#equip(session));
  }

  get version(): string {
    return this.#parts.facts.version;
  }

  get encoding(): string {
    return this.#parts.facts.encoding;
  }

  get token(): string {
    return this.#parts.token;
  }

  get connections(): number {
    return this.#parts.connections;
  }

  get broken(): boolean {
    return this.#parts.holder.broken;
  }

  get tables(): readonly TableSpec[] {
    return this.#parts.infos.map((info) => info.spec);
  }

  knownAnswer(types: readonly string[]): Promise<string | null> {
    return knownAnswer(this.#parts.holder, this.#parts.facts.versionNumber, types);
  }

  openTable(plan: SidePlan): TableReader {
    const info = this.#info(plan.table);
    const { filter, scope = null, masks = new Map(), keyMaps = new Map() } = plan;
    const parts = { plan, filter, scope, masks, keyMaps };
    return new PgTableReader({
      plan,
      info,
      pool: this.#pool,
      holder: this.#parts.holder,
      sql: (signal) => this.#compile(info, parts, signal),
    });
  }

  selectRows(selection: RowSelection): SelectedRows {
    const info = this.#info(selection.table);
    const plan = {
      table: selection.table,
      compared: [],
      carried: [],
      key: null,
      hash: NO_HASH,
      filter: null,
    };
    const keyMaps = new Map<string, string>();
    const sql = (signal: AbortSignal) => this.#compile(info, { ...selection, plan, keyMaps }, signal);
    return new PgSelectedRows({ selection, info, pool: this.#pool, sql });
  }

  foreignKeys(): Promise<readonly ForeignKeySpec[]> {
    this.#foreignKeys ??= readForeignKeys(this.#parts.holder, this.#parts.infos);
    return this.#foreignKeys;
  }

  useKeyLists(lists: ReadonlyMap<string, KeyList>): void {
    this.#lists.add(lists);
    this.#reached.forget();
  }

  useMaskKey(key: Uint8Array): void {
    this.#maskSettings = maskSettings(key);
  }

  #info(table: TableSpec): TableInfo {
    const info = this.#parts.infos.find((each) => sameQualifiedName(each.spec.name, table.name));
    if (info === undefined) throw new RangeError("the table is not part of the snapshot");
    return info;
  }

  async #compile(
    info: TableInfo,
    wanted: Pick<CompileTableInput, "plan" | "filter" | "scope" | "masks" | "keyMaps">,
    signal: AbortSignal,
  ): Promise<TableSql> {
    const { scope: endpoint, holder } = this.#parts;
    await this.#equip(holder, signal);
    const [lists, tables, reached] = [this.#lists, this.#scopeTables, this.#reached];
    return compileTable({ ...wanted, info, endpoint, lists, tables, reached, session: holder, signal });
  }

  /** Gives a session what scopes and masks read. */
  async #equip(session: ReadSession, signal = new AbortController().signal): Promise<void> {
    const has = this.#equipped.get(session) ?? new Set();
    this.#equipped.set(session, has);
    const all = [...this.#maskSettings, ...this.#lists.settings, ...this.#reached.settings];
    const missing = all.filter(([name]) => !has.has(name));
    if (missing.length > 0 && session === this.#parts.holder)
      await session.configure("SET LOCAL work_mem = '64MB'", signal);
    for (const [name, value] of missing) {
      has.add(name);
      await session.rows("SELECT pg_catalog.set_config($1, $2, true) IS NOT NULL", [name, value], signal);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await Promise.all([...this.#spares.splice(0).map((spare) => spare.end()), this.#parts.holder.end()]);
  }

  #isGone(error: unknown): CodedError | null {
    if (!SNAPSHOT_GONE.has((error as { code?: string }).code ?? "")) return null;
    return new CodedError(
      "run.instant_lost",
      `The instant at which ${this.#parts.label} was read is gone: its session was cut off.`,
      { hint: "Start again, at a new instant.", retryable: true, cause: error },
    );
  }

  /** One that was not hung up on meanwhile. */
  #takeSpare(): pg.Client | undefined {
    for (;;) {
      const spare = this.#spares.pop();
      if (spare === undefined || !connectionLost(spare)) return spare;
      spare.connection.stream.destroy();
    }
  }

  /** A spare session, or when one was lost a new one, which may have to wait behind a neighbour. */
  async #openSession(): Promise<ReadSession> {
    const about = `Reading ${this.#parts.label}`;
    const spare = this.#takeSpare();
    const client = spare ?? (await openConnection(this.#parts.scope.connection));
    const join = `SET TRANSACTION SNAPSHOT ${quoteLiteral(this.#parts.token)}`;
    const begin = [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      join,
      pinStatements(this.#parts.facts.versionNumber),
    ];
    try {
      await client.query(
        spare === undefined ? [...begin, `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`].join(";") : join,
      );
    } catch (error) {
      const lost = connectionLost(client);
      client.connection.stream.destroy();
      throw this.#isGone(error) ?? translateError(lost ? lostConnection(error) : error, about);
    }
    return new ReadSession(client, about);
  }
}

/** Rows that are selected to be moved are not hashed. */
const NO_HASH: RowHash = "pg-record-hash-1";
