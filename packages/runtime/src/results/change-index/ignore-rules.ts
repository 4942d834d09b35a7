import {
  isNamed,
  type PatchTable,
  parsePatchTableName,
  parseTolerance,
  type Tolerance,
} from "@syncline/core";
import { isCut } from "./block-codec.ts";
import type { Block, BlockReader } from "./block-reader.ts";
import { changedPlaces } from "./change-record.ts";
import type { ChangeMatcher } from "./change-search.ts";
import type { IndexMeta, TableMeta } from "./index-meta.ts";
import { fieldsOf, type Placed } from "./value-test.ts";

/** By place of the column. */
export interface TableRules {
  readonly ignored: ReadonlySet<number>;
  readonly tolerated: ReadonlyMap<number, Tolerance>;
}

interface RuleTexts {
  readonly ignoreFields: readonly string[];
  readonly tolerance: Readonly<Record<string, string>>;
}

/** `ignoreFields` and `tolerance` as jobs have them, for the tables of a patch. @throws CodedError `usage.invalid` */
export class IgnoreRules {
  /** Says what the rules are. */
  readonly name: string;
  readonly notes: string[];
  readonly #tables: readonly TableRules[];

  constructor(tables: readonly PatchTable[], texts: RuleTexts) {
    this.name = JSON.stringify([texts.ignoreFields, Object.entries(texts.tolerance)]);
    this.#tables = tables.map((table) => rulesOf(table, texts));
    this.notes = [
      ...unknown(tables, [...texts.ignoreFields, ...Object.keys(texts.tolerance)]),
      ...keyed(tables, this.#tables),
    ];
  }

  of(place: number): TableRules {
    return this.#tables[place] ?? { ignored: new Set(), tolerated: new Map() };
  }
}

function rulesOf(table: PatchTable, { ignoreFields, tolerance }: RuleTexts): TableRules {
  const ignored = new Set<number>();
  const tolerated = new Map<number, Tolerance>();
  for (const [place, [name, type]] of table.columns.entries()) {
    if (ignoreFields.some((field) => names(table, field, name))) ignored.add(place);
    // What names the table wins over what names every column so called.
    const own = Object.keys(tolerance).find((field) => field !== name && names(table, field, name)) ?? name;
    const text = tolerance[own];
    if (text !== undefined)
      tolerated.set(place, parseTolerance({ name, type: { name: type, base: baseOf(type) } }, text));
  }
  return { ignored, tolerated };
}

/** `column` counts for every table, `table.column` for one. */
function names(table: PatchTable, field: string, column: string): boolean {
  if (field === column) return true;
  const dot = field.lastIndexOf(".");
  if (dot <= 0 || field.slice(dot + 1) !== column) return false;
  const parsed = parsePatchTableName(table.name);
  const { schema, name } = parsed ?? { schema: null, name: table.name };
  const text = field.slice(0, dot);
  // A patch's own schema has no name there: any is taken.
  return (
    isNamed({ schema: schema ?? "public", name }, text) || (schema === null && text.endsWith(`.${name}`))
  );
}

/** `numeric(12,2)` → `numeric`. */
function baseOf(type: string): string {
  return type.replace(/\([^)]*\)/, "");
}

function unknown(tables: readonly PatchTable[], fields: readonly string[]): string[] {
  return fields
    .filter((field) => !tables.some((table) => table.columns.some(([name]) => names(table, field, name))))
    .map((field) => `No table of the patch has a column "${field}".`);
}

function keyed(tables: readonly PatchTable[], rules: readonly TableRules[]): string[] {
  return tables.flatMap((table, at) =>
    [...(rules[at]?.ignored ?? [])].flatMap((place) => {
      const name = table.columns[place]?.[0] ?? "";
      return table.key.includes(name)
        ? [`"${name}" is part of the key of "${table.name}": rows are told apart by it all the same.`]
        : [];
    }),
  );
}

interface Searched {
  readonly meta: IndexMeta;
  readonly blocks: BlockReader;
}

/** Updates of one table that are none once differences within tolerances count as equal. */
export class ToleranceMatcher implements ChangeMatcher {
  readonly #searched: Searched;
  readonly #table: TableMeta;
  readonly #rules: TableRules;

  constructor(searched: Searched, table: TableMeta, rules: TableRules) {
    this.#searched = searched;
    this.#table = table;
    this.#rules = rules;
  }

  *blocks(first: number): Generator<number> {
    for (let block = first; block < this.#searched.meta.blocks; block += 1) yield block;
  }

  mayBeIn(block: Block): boolean {
    return block.table === this.#table.place;
  }

  accepts({ record, rank }: Placed): boolean {
    const { table } = this.#table;
    const value = (field: number | null): string | null => {
      const text = field === null ? undefined : record[field];
      if (field === null || text === undefined || text === "N") return null;
      return (isCut(text) ? this.#searched.blocks.longValue(rank, field) : text).slice(1);
    };
    return changedPlaces(record, table.columns.length).every((place) => {
      if (this.#rules.ignored.has(place)) return true;
      const fields = fieldsOf(table, place, record);
      const [before, after] = [value(fields.old), value(fields.new)];
      const tolerance = this.#rules.tolerated.get(place);
      return before !== null && after !== null && tolerance?.accepts(before, after) === true;
    });
  }
}
