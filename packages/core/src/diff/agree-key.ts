import { CodedError } from "../errors/coded-error.ts";
import type { ColumnSpec, KeySpec, TableSpec, TypeSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import type { AgreementOptions, PairedColumn } from "./agree-table.ts";
import { type KeyColumnForm, keyFormOf } from "./key-form.ts";
import { suggestNames } from "./nearest-names.ts";
import type { TablePair } from "./pair-tables.ts";

export interface KeyColumn {
  readonly source: ColumnSpec;
  readonly target: ColumnSpec;
  readonly form: KeyColumnForm;
  /** Equality operator of each side's index, schema-qualified, and its collation when that is not the column's own. */
  readonly operators: { readonly source: string; readonly target: string };
  readonly collations: { readonly source: string | null; readonly target: string | null };
}

export interface KeyAgreement {
  readonly columns: readonly KeyColumn[];
  /** Some rows may have NULL in the key: those have no identity. */
  readonly nullable: boolean;
  /** Sides on which nothing in the catalog says that the key is unique. */
  readonly unproven: readonly ("source" | "target")[];
  /** Where it comes from, for people: `primary key`, `unique key (a, b)`, `--key a,b`. */
  readonly origin: string;
}

/** Chooses what identifies rows: the user's key, else a key of both sides, else the only side's, else nothing. */
export function agreeKey(
  pair: TablePair,
  columns: readonly PairedColumn[],
  options: AgreementOptions,
): KeyAgreement | null {
  const chooser = new KeyChooser(pair, columns, options);
  if (options.key !== null) return chooser.chosen(options.key);
  return chooser.common() ?? chooser.oneSided();
}

class KeyChooser {
  readonly #pair: TablePair;
  readonly #pairs: readonly { readonly source: ColumnSpec; readonly target: ColumnSpec }[];

  constructor(pair: TablePair, columns: readonly PairedColumn[], options: AgreementOptions) {
    this.#pair = pair;
    const carried = new Set(columns.map((column) => column.target.name));
    const generated = pair.target.columns.flatMap((target) => {
      if (carried.has(target.name)) return [];
      const source = pair.source.columns.find(
        (each) => (options.columnMap.get(each.name) ?? each.name) === target.name,
      );
      return source === undefined ? [] : [{ source, target }];
    });
    this.#pairs = [...columns, ...generated];
  }

  chosen(names: readonly string[]): KeyAgreement {
    const known = this.#pairs.map((column) => column.target.name);
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined || names.length === 0) {
      const table = formatQualifiedName(this.#pair.target.name);
      throw new CodedError(
        "column.not_found",
        `The key column "${missing ?? ""}" is not in both sides of table "${table}".`,
        {
          hint: suggestNames(missing ?? "", known, "columns"),
        },
      );
    }
    this.#assertComparable(names);
    const found = this.#agree(
      names,
      this.#keyOf("source", names),
      this.#keyOf("target", names),
      `--key ${names.join(",")}`,
    );
    if (found !== null) return found;
    throw new CodedError(
      "schema.mismatch",
      `The columns of the key (${names.join(", ")}) have types that do not compare.`,
    );
  }

  #assertComparable(names: readonly string[]): void {
    for (const name of names) {
      const pair = this.#pairs.find((each) => each.target.name === name);
      const without = [pair?.source, pair?.target].find(
        (column) => column !== undefined && !hasEquality(column.type),
      );
      if (without === undefined) continue;
      throw new CodedError(
        "schema.unsupported",
        `Column "${name}" cannot be part of a key: values of type ${without.type.name} have no equality.`,
        {
          hint: "Name other columns with --key, or leave it out to compare rows by count.",
        },
      );
    }
  }

  /** Keys are in order of preference on each side. */
  common(): KeyAgreement | null {
    for (const target of this.#pair.target.keys) {
      const source = this.#keyOf("source", target.columns);
      if (source === null) continue;
      const found = this.#agree(target.columns, source, target, describe(target));
      if (found !== null) return found;
    }
    return null;
  }

  oneSided(): KeyAgreement | null {
    const { source, target } = this.#pair;
    if (source.keys.length > 0 && target.keys.length > 0) throw noCommonKey(source, target);
    for (const key of [...target.keys, ...source.keys]) {
      const names = target.keys.length > 0 ? key.columns : this.#targetNames(key.columns);
      if (names === null) continue;
      const side = target.keys.length > 0 ? "target" : "source";
      const keys = side === "target" ? ([null, key] as const) : ([key, null] as const);
      const found = this.#agree(names, keys[0], keys[1], `${describe(key)} of the ${side}`);
      if (found !== null) return found;
    }
    return null;
  }

  #targetNames(sourceNames: readonly string[]): string[] | null {
    const found = sourceNames.map(
      (name) => this.#pairs.find((pair) => pair.source.name === name)?.target.name,
    );
    return found.includes(undefined) ? null : (found as string[]);
  }

  /** The side's key over the same set of columns, given by the target's names. */
  #keyOf(side: "source" | "target", targetNames: readonly string[]): KeySpec | null {
    const names = targetNames.map(
      (name) => this.#pairs.find((pair) => pair.target.name === name)?.[side].name,
    );
    const fits = (key: KeySpec) =>
      key.columns.length === names.length && key.columns.every((name) => names.includes(name));
    return this.#pair[side].keys.find(fits) ?? null;
  }

  #agree(
    names: readonly string[],
    source: KeySpec | null,
    target: KeySpec | null,
    origin: string,
  ): KeyAgreement | null {
    const columns: KeyColumn[] = [];
    for (const name of names) {
      const pair = this.#pairs.find((each) => each.target.name === name);
      const form = pair === undefined ? null : keyFormOf(pair.source, pair.target);
      if (pair === undefined || form === null) return null;
      columns.push({ ...pair, form, ...sides(pair, source, target) });
    }
    const mayBeNull = columns.some((column) => !column.source.notNull || !column.target.notNull);
    const unproven = [
      ...(source === null ? ["source" as const] : []),
      ...(target === null ? ["target" as const] : []),
    ];
    return { columns, nullable: mayBeNull, unproven, origin };
  }
}

function sides(
  pair: { readonly source: ColumnSpec; readonly target: ColumnSpec },
  source: KeySpec | null,
  target: KeySpec | null,
): Pick<KeyColumn, "operators" | "collations"> {
  const at = (key: KeySpec | null, column: ColumnSpec) => key?.columns.indexOf(column.name) ?? -1;
  const [s, t] = [at(source, pair.source), at(target, pair.target)];
  return {
    operators: {
      source: source?.operators[s] ?? pair.source.equality ?? "pg_catalog.=",
      target: target?.operators[t] ?? pair.target.equality ?? "pg_catalog.=",
    },
    collations: { source: source?.collations?.[s] ?? null, target: target?.collations?.[t] ?? null },
  };
}

/** Built-in types without an operator class that could group equal values. */
const WITHOUT_EQUALITY = new Set(
  ["json", "jsonpath", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle"].concat([
    "txid_snapshot",
    "pg_snapshot",
    "refcursor",
  ]),
);

function hasEquality(type: TypeSpec): boolean {
  return !WITHOUT_EQUALITY.has(type.base.replace(/(\[\])+$/, ""));
}

function describe(key: KeySpec): string {
  return key.kind === "primary" ? "primary key" : `unique key (${key.columns.join(", ")})`;
}

function noCommonKey(source: TableSpec, target: TableSpec): CodedError {
  const list = (table: TableSpec) => table.keys.map((key) => `(${key.columns.join(", ")})`).join(", ");
  const [s, t] = [formatQualifiedName(source.name), formatQualifiedName(target.name)];
  return new CodedError(
    "key.missing",
    `"${s}" and "${t}" have no key in common: the source has ${list(source)}, the target ${list(target)}.`,
    {
      hint: `Name the columns that identify a row: --key ${target.name.name}=${target.keys[0]?.columns.join(",") ?? "id"}.`,
    },
  );
}
