/** A row as text values by column, or null for no row. */
export type Row = Readonly<Record<string, string | null>> | null;
/** Rows by table and key; rows without a key by themselves, with their number as `count`. */
export type Place = ReadonlyMap<string, ReadonlyMap<string, NonNullable<Row>>>;

export interface Rules {
  readonly detection: "changed-fields" | "key";
  readonly resolution: "manual" | "source" | "target" | "ignore";
}

export interface Decision {
  readonly choice: "ours" | "theirs" | "base";
  /** Both versions of the row that it is about. */
  readonly seen: string;
}

export interface Expected {
  readonly target: Place;
  readonly source: Place;
  readonly base: Place;
  /** The base if the cycle ends once the target is written. */
  readonly between: Place;
  /** `table key kind`, sorted. */
  readonly open: readonly string[];
}

interface Merged {
  readonly table: string;
  readonly key: string;
  readonly base: Row;
  readonly ours: Row;
  readonly theirs: Row;
  /** What both shall have; undefined where the row is held. */
  row: Row | undefined;
  /** Why it waits for people; null where it does not. */
  open: string | null;
}

const text = (row: Row) => (row === null ? "-" : JSON.stringify(Object.entries(row).sort()));
export const same = (a: Row, b: Row) => text(a) === text(b);
export const seenOf = (ours: Row, theirs: Row) => JSON.stringify([text(ours), text(theirs)]);
const get = (place: Place, table: string, key: string): Row => place.get(table)?.get(key) ?? null;

/**
 * What a cycle must leave, written down a second time and in another way than the product: by cases over whole rows of
 * three worlds, then by looking at the worlds that would come of it.
 */
export function expectCycle(input: {
  readonly base: Place;
  readonly target: Place;
  readonly source: Place;
  readonly rules: Rules;
  readonly decisions: ReadonlyMap<string, Decision>;
}): Expected {
  const { base, target, source } = input;
  const rows: Merged[] = [];
  for (const table of base.keys()) {
    const keys = new Set([base, target, source].flatMap((place) => [...(place.get(table)?.keys() ?? [])]));
    for (const key of keys) {
      const [b, o, t] = [get(base, table, key), get(target, table, key), get(source, table, key)];
      rows.push({ table, key, base: b, ours: o, theirs: t, ...mergeRow(input, { table, key, b, o, t }) });
    }
  }
  holdViolations(rows, "ours");
  const target2 = placeOf(base, rows, ({ row, ours }) => (row === undefined ? ours : row));
  const written = new Set(rows.filter(({ row, ours }) => row !== undefined && !same(row, ours)));
  const held = new Set(rows.filter(({ row }) => row === undefined));
  holdViolations(rows, "theirs");
  const between = (each: Merged) => (written.has(each) ? each.theirs : each.base);
  return {
    target: target2,
    source: placeOf(base, rows, ({ row, theirs }) => (row === undefined ? theirs : row)),
    base: placeOf(base, rows, (each) => {
      if (each.row !== undefined) return each.row;
      return held.has(each) ? each.base : between(each);
    }),
    between: placeOf(base, rows, between),
    open: rows.flatMap(({ table, key, open }) => (open === null ? [] : [`${table} ${key} ${open}`])).sort(),
  };
}

function placeOf(shape: Place, rows: readonly Merged[], pick: (row: Merged) => Row): Place {
  const place = new Map([...shape.keys()].map((table) => [table, new Map<string, NonNullable<Row>>()]));
  for (const each of rows) {
    const row = pick(each);
    if (row !== null) place.get(each.table)?.set(each.key, row);
  }
  return place;
}

interface Versions {
  readonly table: string;
  readonly key: string;
  readonly b: Row;
  readonly o: Row;
  readonly t: Row;
}

function mergeRow(
  { rules, decisions }: Pick<Parameters<typeof expectCycle>[0], "rules" | "decisions">,
  { table, key, b, o, t }: Versions,
): Pick<Merged, "row" | "open"> {
  if (same(o, t) || same(t, b)) return { row: o, open: null };
  if (same(o, b)) return { row: t, open: null };
  const columns = Object.keys(b ?? o ?? t ?? {});
  const moved = (row: Row) => columns.filter((column) => row?.[column] !== b?.[column]);
  const whole = rules.detection === "key" || table === "loose";
  const contested =
    b === null || o === null || t === null
      ? o !== null && t !== null
        ? columns.filter((column) => o[column] !== t[column])
        : []
      : whole
        ? [...new Set([...moved(o), ...moved(t)])]
        : moved(o).filter((column) => moved(t).includes(column) && o[column] !== t[column]);
  const taken =
    b === null || o === null || t === null
      ? []
      : moved(t).filter((column) => !moved(o).includes(column) && !contested.includes(column));
  const from = (row: Row, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, row?.[name] ?? null]));
  if (b !== null && o !== null && t !== null && contested.length === 0)
    return { row: { ...o, ...from(t, taken) }, open: null };
  const choose = (row: Row): Row =>
    table !== "loose" && contested.length > 0 && o !== null && row !== null
      ? { ...o, ...from(t, taken), ...from(row, contested) }
      : row;
  const decision = decisions.get(`${table} ${key}`);
  if (decision !== undefined && decision.seen === seenOf(o, t))
    return { row: choose({ ours: o, theirs: t, base: b }[decision.choice]), open: null };
  if (rules.resolution === "source") return { row: choose(t), open: null };
  if (rules.resolution === "target") return { row: choose(o), open: null };
  const kind =
    t === null
      ? "delete-update"
      : o === null
        ? "update-delete"
        : b === null
          ? "insert-insert"
          : "update-update";
  return { row: undefined, open: rules.resolution === "manual" ? kind : null };
}

/** Holds rows that one side could not take: looks at the world that would be there, as often as something is found. */
function holdViolations(rows: readonly Merged[], side: "ours" | "theirs"): void {
  const after = (each: Merged) => (each.row === undefined ? each[side] : each.row);
  const writes = (each: Merged) => each.row !== undefined && !same(each.row, each[side]);
  const of = (table: string) => rows.filter((each) => each.table === table);
  const hold = (each: Merged, kind: string) => {
    each.row = undefined;
    each.open = kind;
  };
  for (let found = true; found; ) {
    found = false;
    for (const parent of of("parent")) {
      if (after(parent) !== null) continue;
      const children = of("child").filter((child) => after(child)?.["parent"] === parent.key);
      const guilty = [...children, parent].filter((each) => writes(each));
      const adding = guilty.filter((each) => each === parent || each[side]?.["parent"] !== parent.key);
      if (children.length === 0 || adding.length === 0) continue;
      for (const each of adding) hold(each, "missing-reference");
      found = true;
    }
    const orphans = of("child").filter((child) => {
      const to = after(child)?.["parent"] ?? null;
      return (
        to !== null &&
        writes(child) &&
        child[side]?.["parent"] !== to &&
        !of("parent").some((each) => each.key === to)
      );
    });
    for (const each of orphans) hold(each, "missing-reference");
    found ||= orphans.length > 0;
    const codes = new Set(of("parent").flatMap((each) => after(each)?.["code"] ?? []));
    for (const code of codes) {
      const having = of("parent").filter((each) => after(each)?.["code"] === code);
      const adding = having.filter((each) => writes(each) && each[side]?.["code"] !== code);
      if (having.length < 2 || adding.length === 0) continue;
      for (const each of adding) hold(each, "unique-violation");
      found = true;
    }
  }
}
