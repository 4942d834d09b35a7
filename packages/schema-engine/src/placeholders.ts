import { encodeId, type Fact } from "@supabase/pg-delta";
import { FactGraph } from "./fact-graph.ts";
import type { CatalogGaps } from "./gaps/read-gaps.ts";
import type { PlannedStatement } from "./plan-stages.ts";

/**
 * Where the engine would write something else than it read. It writes every generated column as stored, and only
 * partitioned tables with their columns in order; so virtual columns and whole tables stand as placeholders meanwhile.
 * A replica identity by index would need the index before the rows.
 */
export class Placeholders {
  readonly #expressions = new Map<string, string>();
  readonly #tag: string;

  /** `tag` occurs nowhere in the catalog. */
  constructor(tag: string) {
    this.#tag = tag;
  }

  hide(graph: FactGraph, gaps: CatalogGaps): FactGraph {
    const virtual = new Set(
      gaps.virtualColumns.map(({ table, column }) =>
        encodeId({ kind: "column", schema: table.schema, table: table.name, name: column }),
      ),
    );
    const facts = graph.facts.map((fact) =>
      virtual.has(encodeId(fact.id)) ? this.#virtualColumn(fact) : this.#wholeTable(fact),
    );
    return new FactGraph(facts, graph.edges);
  }

  restore(statement: PlannedStatement): PlannedStatement {
    let { sql } = statement;
    if (!sql.includes(this.#tag)) return statement;
    const partition = ` PARTITION BY ${this.#tag}`;
    if (sql.endsWith(partition)) sql = sql.slice(0, -partition.length);
    for (const [placeholder, expression] of this.#expressions) {
      sql = sql.replace(`(${placeholder}) STORED`, () => `(${expression}) VIRTUAL`);
    }
    return { ...statement, sql };
  }

  #virtualColumn(fact: Fact): Fact {
    const placeholder = `'${this.#tag}${this.#expressions.size}'`;
    this.#expressions.set(placeholder, String(fact.payload["generatedExpr"]));
    return { ...fact, payload: { ...fact.payload, generatedExpr: placeholder } };
  }

  #wholeTable(fact: Fact): Fact {
    if (fact.id.kind !== "table") return fact;
    const { partitionBound, partitionKey, replicaIdentity } = fact.payload;
    const isPlain = partitionBound == null && partitionKey == null;
    return {
      ...fact,
      payload: {
        ...fact.payload,
        ...(isPlain ? { partitionKey: this.#tag } : {}),
        ...(replicaIdentity === "i" ? { replicaIdentity: "d", replicaIdentityIndex: null } : {}),
      },
    };
  }
}
