import type { CheckedFilter, ColumnSpec } from "@syncline/core";
import { quoteIdentifier } from "./quote.ts";

export interface FilterSqlOptions {
  /** Alias that the table has in the statement; every column is qualified by it. */
  readonly alias: string;
  /** Number of the first `$n`; default 1. */
  readonly firstParameter?: number;
  /** What stands for a value where a statement takes no parameters (COPY); default `$n`. The cast is added here. */
  readonly placeholder?: (value: string, number: number) => string;
}

/** A condition in parentheses and the values of its `$n`, texts in order. */
export interface FilterSql {
  readonly sql: string;
  readonly parameters: readonly string[];
}

/**
 * A checked filter as one SQL condition. NULL stays unknown inside and counts as "does not hold" at every negation and at
 * the top, so a filter and its negation split the rows in two. Needs no search_path: types and operators are qualified.
 */
export function compileFilter(filter: CheckedFilter, options: FilterSqlOptions): FilterSql {
  const compiler = new FilterCompiler(options);
  return { sql: compiler.compile(filter), parameters: compiler.parameters };
}

class FilterCompiler {
  readonly parameters: string[] = [];
  readonly #options: FilterSqlOptions;

  constructor(options: FilterSqlOptions) {
    this.#options = options;
  }

  compile(filter: CheckedFilter): string {
    switch (filter.kind) {
      case "and":
        return this.#group(filter.items, " AND ", "true");
      case "or":
        return this.#group(filter.items, " OR ", "false");
      case "not":
        return `(${this.compile(filter.item)} IS NOT TRUE)`;
      case "null":
        // Not IS NULL: that is also true of a composite whose fields are all NULL, and IS NOT NULL is not its opposite.
        return `(${this.#column(filter.column)} IS NOT DISTINCT FROM NULL)`;
      case "compare":
        return `(${this.#typed(filter.column)} ${operator(filter.column, filter.operator)} ${this.#value(filter.value, castOf(filter.column))})`;
      case "any":
        return this.#any(filter.column, filter.values);
      case "like":
        return this.#like(filter.column, filter.pattern, filter.ignoreCase);
      case "search":
        return `(${filter.columns.map((column) => this.#like(column, containing(filter.text), true)).join(" OR ")})`;
    }
  }

  #group(items: readonly CheckedFilter[], joiner: string, empty: string): string {
    return items.length === 0 ? empty : `(${items.map((item) => this.compile(item)).join(joiner)})`;
  }

  #any(column: ColumnSpec, values: readonly string[]): string {
    if (values.length === 0) return "false";
    const list = this.#value(arrayText(values), `${castOf(column)}[]`);
    return `(${this.#typed(column)} ${operator(column, "=")} ANY (${list}))`;
  }

  #like(column: ColumnSpec, pattern: string, ignoreCase: boolean): string {
    const collation = column.nondeterministicCollation === null ? "" : ' COLLATE pg_catalog."default"';
    if (isCitext(column)) {
      const sign = `OPERATOR(${typeSchema(column)}.~~)`;
      return `(${this.#typed(column)} ${sign} ${this.#value(pattern, castOf(column))})`;
    }
    const sign = ignoreCase ? "OPERATOR(pg_catalog.~~*)" : "OPERATOR(pg_catalog.~~)";
    return `(${this.#column(column)}::pg_catalog.text${collation} ${sign} ${this.#value(pattern, "pg_catalog.text")})`;
  }

  #value(text: string, type: string): string {
    const number = (this.#options.firstParameter ?? 1) + this.parameters.length;
    this.parameters.push(text);
    return `${this.#options.placeholder?.(text, number) ?? `$${number}`}::${type}`;
  }

  #column(column: ColumnSpec): string {
    return `${quoteIdentifier(this.#options.alias)}.${quoteIdentifier(column.name)}`;
  }

  /** varchar and domains have no operators of their own: the cast names the type whose operators are meant. */
  #typed(column: ColumnSpec): string {
    const plain = column.type.kind !== "domain" && column.type.base !== "character varying";
    return plain ? this.#column(column) : `${this.#column(column)}::${castOf(column)}`;
  }
}

/** Types whose bare SQL name would carry a length of 1, or that compare as another type. */
const CASTS: Readonly<Record<string, string>> = {
  "character varying": "pg_catalog.text",
  character: "pg_catalog.bpchar",
  bpchar: "pg_catalog.bpchar",
  bit: 'pg_catalog."bit"',
  '"bit"': 'pg_catalog."bit"',
  "bit varying": "pg_catalog.varbit",
  cidr: "pg_catalog.inet",
  smallint: "pg_catalog.int2",
  integer: "pg_catalog.int4",
  bigint: "pg_catalog.int8",
  numeric: "pg_catalog.numeric",
  real: "pg_catalog.float4",
  "double precision": "pg_catalog.float8",
  boolean: "pg_catalog.bool",
  "timestamp without time zone": "pg_catalog.timestamp",
  "timestamp with time zone": "pg_catalog.timestamptz",
  "time without time zone": "pg_catalog.time",
  "time with time zone": "pg_catalog.timetz",
  '"char"': 'pg_catalog."char"',
};

/** Elements of arrays keep their own type: arrays of different element types have no common operator. */
const ELEMENT_CASTS: Readonly<Record<string, string>> = {
  "character varying": "pg_catalog.varchar",
  cidr: "pg_catalog.cidr",
};

/** The type to cast to: without length, precision or scale, so that nothing is cut or rounded. */
function castOf(column: ColumnSpec): string {
  const { base } = column.type;
  if (!base.endsWith("[]")) return qualified(CASTS[base] ?? base);
  const element = base.slice(0, -2);
  return `${qualified(ELEMENT_CASTS[element] ?? CASTS[element] ?? element)}[]`;
}

/** A name that format_type left unqualified is built in; any other already carries its quoted schema. */
function qualified(type: string): string {
  return type.includes(".") ? type : `pg_catalog.${type}`;
}

function isCitext(column: ColumnSpec): boolean {
  return /\.citext$/.test(column.type.base);
}

/** Schema of the type's operators; those of enums and arrays are built in. */
function typeSchema(column: ColumnSpec): string {
  return isCitext(column) ? column.type.base.slice(0, -".citext".length) : "pg_catalog";
}

function operator(column: ColumnSpec, sign: string): string {
  return `OPERATOR(${typeSchema(column)}.${sign})`;
}

function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}

/** Backslash, percent and underscore mean themselves. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
