import type { QualifiedName } from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { SchemaEngine } from "../../ports/schema-engine.ts";
import type { SidePreparation } from "../diff-contract.ts";

export interface SqlDumpInput {
  readonly ctx: RunContext;
  /** Opens the database for exactly these tables, or for those of its locator when null. */
  readonly openEndpoint: (tables: readonly QualifiedName[] | null) => Promise<Endpoint>;
  readonly engine: SchemaEngine;
  /**
   * What is dumped: `database` all of it, `schemas` everything in these, `tables` the tables of the locator with what
   * they need.
   */
  readonly extent:
    | { readonly kind: "database" }
    | { readonly kind: "schemas"; readonly schemas: readonly string[] }
    | { readonly kind: "tables" };
  /** Names under which schemas shall be made. Rows follow them. */
  readonly renameSchemas?: ReadonlyMap<string, string>;
  /** Definitions, rows or both (default). */
  readonly sections?: { readonly definitions: boolean; readonly rows: boolean };
  /** Rows as COPY blocks (default) or as INSERT statements. */
  readonly style?: "copy" | "inserts";
  /** Narrows and masks rows once the snapshot is open. */
  readonly prepare?: (snapshot: ReadSnapshot) => Promise<SidePreparation>;
  /** Column tenancy: the column that the endpoint leaves out, and its value in every row. */
  readonly tenantColumn?: { readonly name: string; readonly value: string };
  /** Tables that are read at once. */
  readonly parallel: number;
}

export interface SqlDumpResult {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly rows: number;
  readonly statements: number;
  /** Objects of the database that the file does not hold. */
  readonly uncovered: readonly string[];
}

/** Consume `chunks` to the end, then await `result`. Ending early stops the work. */
export interface SqlDump {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly result: Promise<SqlDumpResult>;
}
