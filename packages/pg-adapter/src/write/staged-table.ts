import type { ColumnSpec, PatchTable } from "@syncline/core";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import type { Parking } from "./parking.ts";
import { imageBytes, imageField, stagedColumn, textOutput } from "./value-expressions.ts";

/** Kinds of staged operations; the `many` ones are about identical rows that no key tells apart. */
export const STAGED = { insert: "i", update: "u", delete: "d", insertMany: "I", deleteMany: "D" } as const;
export type StagedKind = (typeof STAGED)[keyof typeof STAGED];

/** States of a staged operation: to be written, already true in the target, in conflict, left out. */
export const STATE = { pending: "p", present: "n", conflict: "x", skipped: "s" } as const;

export interface CarriedColumn {
  readonly spec: ColumnSpec;
  readonly quoted: string;
  /** Columns of the temp table that take the old and the new value; of a wide table, fields of a row value. */
  readonly old: string;
  readonly new: string;
}

/** Reads a staged value; `staged` is an alias of the temp table. */
export function stagedValue(column: CarriedColumn, side: "old" | "new", staged = "s"): string {
  const name = column[side];
  const dot = name.indexOf(".");
  return dot === -1 ? `${staged}.${name}` : `(${staged}.${name.slice(0, dot)})${name.slice(dot)}`;
}

/** A row must fit a page of 8 kB, and two images of a wide row may not: then each is one value that can be toasted. */
const MAX_WIDTH = 7_000;

function isWide(patchTable: PatchTable): boolean {
  const width = patchTable.columns.reduce((sum, [, type]) => sum + (type === "name" ? 64 : 20), 0);
  return 2 * width > MAX_WIDTH;
}

export interface KeyColumn {
  readonly carried: CarriedColumn | null;
  readonly spec: ColumnSpec;
  readonly quoted: string;
  readonly staged: string;
  readonly operator: string;
}

/** A table of a patch, the table of the target that it goes to, and the temp table that holds its operations. */
export class StagedTable {
  readonly index: number;
  readonly patchTable: PatchTable;
  readonly info: TableInfo;
  /** Quoted names: of the table, and the temp table. */
  readonly target: string;
  readonly stage: string;
  /** What DML names: inheritance children hold other rows, partitions hold ours. */
  readonly relation: string;
  /** Whether the images are staged as row values. */
  readonly wide: boolean;
  readonly columns: readonly CarriedColumn[];
  readonly key: readonly KeyColumn[];
  /** Whether a unique index of the target makes sure that a key names one row at most. */
  readonly keyIndexed: boolean;
  readonly tenant: { readonly quoted: string; readonly literal: string } | null;
  /** Changed column sets of updates, as indexes into `columns`; a staged update carries its group's number. */
  readonly groups: (readonly number[])[] = [];
  /** How rows that trade unique values make room, once that was found necessary. */
  parking: Parking | null = null;
  readonly staged: Record<StagedKind, number> = { i: 0, u: 0, d: 0, I: 0, D: 0 };
  readonly #groupNumbers = new Map<string, number>();

  constructor(index: number, patchTable: PatchTable, info: TableInfo, scope: PgScope) {
    this.index = index;
    this.patchTable = patchTable;
    this.info = info;
    this.target = quoteTable(info.spec.name);
    this.relation = info.spec.kind === "partitioned" ? this.target : `ONLY ${this.target}`;
    this.stage = `pg_temp."syncline_stage_${index}"`;
    this.wide = isWide(patchTable);
    this.columns = patchTable.columns.map(([name], at) => ({
      spec: columnOf(info, name),
      quoted: quoteIdentifier(name),
      old: this.wide ? `o.c${at}` : `o${at}`,
      new: this.wide ? `n.c${at}` : `n${at}`,
    }));
    this.key = keyColumns(patchTable, info, this.columns);
    this.keyIndexed = info.spec.keys.some((key) =>
      key.columns.every((column) => patchTable.key.includes(column)),
    );
    this.tenant =
      scope.tenantColumn === null
        ? null
        : {
            quoted: quoteIdentifier(scope.tenantColumn.name),
            literal: quoteLiteral(scope.tenantColumn.value),
          };
  }

  get name(): string {
    return this.patchTable.name;
  }

  get total(): number {
    return Object.values(this.staged).reduce((sum, count) => sum + count, 0);
  }

  /** Number of the group of updates that change exactly these columns. */
  groupOf(columns: readonly number[]): number {
    const id = columns.join(",");
    const known = this.#groupNumbers.get(id);
    if (known !== undefined) return known;
    this.groups.push([...columns]);
    this.#groupNumbers.set(id, this.groups.length - 1);
    return this.groups.length - 1;
  }

  /** `target` and `staged`, aliases of the table and of the temp table, are about the same row of the scope. */
  sameKey(target = "t", staged = "s"): string {
    const pairs = this.key.map(
      (key) => `${target}.${key.quoted} OPERATOR(${key.operator}) ${staged}.${key.staged}`,
    );
    return [...pairs, this.inScope(target)].join(" AND ");
  }

  inScope(target = "t"): string {
    return this.tenant === null
      ? "true"
      : `${target}.${this.tenant.quoted} OPERATOR(pg_catalog.=) ${this.tenant.literal}`;
  }

  /** Bytes of the target row's columns. */
  targetImage(columns: readonly CarriedColumn[] = this.columns, target = "t"): string {
    return imageBytes(columns.map((column) => imageField(column.spec, `${target}.${column.quoted}`)));
  }

  stagedImage(side: "old" | "new", columns: readonly CarriedColumn[] = this.columns, staged = "s"): string {
    return imageBytes(columns.map((column) => imageField(column.spec, stagedValue(column, side, staged))));
  }

  /** The target's row holds the staged values, byte for byte. */
  same(side: "old" | "new", columns = this.columns, target = "t", staged = "s"): string {
    return `${this.targetImage(columns, target)} OPERATOR(pg_catalog.=) ${this.stagedImage(side, columns, staged)}`;
  }

  /** A `text[]` of the staged values' text output. */
  stagedTexts(side: "old" | "new", columns: readonly CarriedColumn[] = this.columns): string {
    return textArray(columns.map((column) => textOutput(column.spec, stagedValue(column, side))));
  }

  /** The key's text output; of `changed` columns as it is after the update, which may be a cascade's. */
  keyTexts(changed: readonly CarriedColumn[] = []): string {
    return textArray(
      this.key.map(({ spec, staged, carried }) =>
        carried !== null && changed.includes(carried)
          ? textOutput(spec, stagedValue(carried, "new"))
          : textOutput(spec, `s.${staged}`),
      ),
    );
  }

  groupColumns(group: number): readonly CarriedColumn[] {
    return (this.groups[group] ?? []).map((at) => this.columns[at] as CarriedColumn);
  }

  /** Typed like the table itself: values are parsed once, under the pins, and comparisons can use indexes. */
  createStatement(): string {
    const keys = this.key.map((key) => `${stagedColumn(key.spec, `t.${key.quoted}`)} AS ${key.staged}`);
    const values = [...keys, ...(this.wide ? this.#rowValues() : this.#values())]
      .map((each) => `${each}, `)
      .join("");
    return `${this.wide ? this.#createShape() : ""}CREATE TEMP TABLE ${localName(this.stage)} ON COMMIT DROP AS
SELECT 0::pg_catalog.int8 AS seq, ' '::pg_catalog."char" AS op, 0::pg_catalog.int4 AS grp, 0::pg_catalog.int8 AS cnt,
 0::pg_catalog.int8 AS total, 0::pg_catalog.int8 AS present,
 0::pg_catalog.int4 AS layer, false AS parked, NULL::pg_catalog.bytea[] AS before, ${values}'p'::pg_catalog."char" AS state
FROM ${this.relation} t WITH NO DATA`;
  }

  get #shape(): string {
    return `pg_temp."syncline_shape_${this.index}"`;
  }

  #createShape(): string {
    const fields = this.columns.map(
      (column, at) => `${stagedColumn(column.spec, `t.${column.quoted}`)} AS c${at}`,
    );
    return `CREATE TEMP TABLE ${localName(this.#shape)} ON COMMIT DROP AS SELECT ${fields.join(", ")} FROM ${this.relation} t WITH NO DATA;`;
  }

  #rowValues(): string[] {
    return [`NULL::${this.#shape} AS o`, `NULL::${this.#shape} AS n`];
  }

  #values(): string[] {
    return this.columns.flatMap((column) => {
      const value = stagedColumn(column.spec, `t.${column.quoted}`);
      return [`${value} AS ${column.old}`, `${value} AS ${column.new}`];
    });
  }

  /** Columns of a COPY into the temp table: the images last, as pairs of old and new or as two row values. */
  copyColumns(): string {
    const images = this.wide ? ["o", "n"] : this.columns.flatMap((column) => [column.old, column.new]);
    const fixed = ["seq", "op", "grp", "cnt", "total", "state"];
    return [...fixed, ...this.key.map((key) => key.staged), ...images].join(", ");
  }
}

function localName(name: string): string {
  return name.slice("pg_temp.".length);
}

function textArray(values: readonly string[]): string {
  return values.length === 0 ? "'{}'::pg_catalog.text[]" : `ARRAY[${values.join(", ")}]::pg_catalog.text[]`;
}

function columnOf(info: TableInfo, name: string): ColumnSpec {
  const found = info.spec.columns.find((column) => column.name === name);
  // The shape is compared before anything is staged.
  if (found === undefined) throw new Error(`column ${name} was not checked`);
  return found;
}

function keyColumns(patchTable: PatchTable, info: TableInfo, carried: readonly CarriedColumn[]): KeyColumn[] {
  const wanted = new Set(patchTable.key);
  const index = info.spec.keys.find(
    (key) => key.columns.length === wanted.size && key.columns.every((column) => wanted.has(column)),
  );
  return patchTable.key.map((name, at) => ({
    carried: carried.find((column) => column.spec.name === name) ?? null,
    spec: columnOf(info, name),
    quoted: quoteIdentifier(name),
    staged: `k${at}`,
    operator: index?.operators[index.columns.indexOf(name)] ?? "pg_catalog.=",
  }));
}
