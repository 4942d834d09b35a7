import type { ColumnSpec, TypeSpec } from "../schema/table-spec.ts";

/**
 * How a column's value enters the row's bytes. `as-is`: its binary form. `float`: the same with one bit pattern of NaN.
 * `output`: the text of the type's output function, for types whose binary form carries identifiers of one database.
 * `cast`: the binary form after a cast. `numeric-value`: as a numeric without trailing zeros.
 */
export type ColumnForm =
  | { readonly kind: "as-is" | "float" | "output" | "numeric-value" }
  | { readonly kind: "cast"; readonly type: string };

/** Types whose parts are floats: their text has one NaN, their binary form two. */
const FLOAT_PARTS = new Set(
  ["real[]", "double precision[]"].concat(
    ["point", "line", "lseg", "box", "path", "polygon", "circle"].flatMap((type) => [type, `${type}[]`]),
  ),
);

/** The form of a column that has this type on both sides. */
export function formOfType(type: TypeSpec): ColumnForm {
  if (!isPortable(type) || FLOAT_PARTS.has(type.base)) return { kind: "output" };
  if (type.base === "real" || type.base === "double precision") return { kind: "float" };
  return type.kind === "domain" ? { kind: "cast", type: castName(type.base) } : { kind: "as-is" };
}

/** Whether the binary form of the values, without a domain around them, means the same in every database. */
export function isPortable(type: TypeSpec): boolean {
  return type.kind === "domain" ? type.basePortable === true : type.portable;
}

/** `::character` would mean one character and `::bit` one bit; the catalog's names carry no length. */
export function castName(base: string): string {
  const element = base.endsWith("[]") ? base.slice(0, -2) : base;
  const suffix = base.slice(element.length);
  if (element === "character") return `pg_catalog.bpchar${suffix}`;
  if (element === "bit") return `pg_catalog."bit"${suffix}`;
  return base;
}

type Agreement = { readonly form: ColumnForm } | { readonly mismatch: string };

const INTEGERS = ["smallint", "integer", "bigint"];
const TEXTS = ["text", "character varying", "character", "name", "citext"];
const AS_TEXT = [
  "uuid",
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "json",
  "xml",
  "inet",
  "cidr",
  "macaddr",
];

const COMMON: readonly { readonly types: readonly string[]; readonly form: ColumnForm }[] = [
  { types: INTEGERS, form: { kind: "cast", type: "bigint" } },
  { types: [...INTEGERS, "numeric"], form: { kind: "numeric-value" } },
  { types: ["real", "double precision"], form: { kind: "output" } },
  { types: TEXTS, form: { kind: "cast", type: "text" } },
  { types: ["json", "jsonb"], form: { kind: "cast", type: "jsonb" } },
  {
    types: ["date", "timestamp without time zone"],
    form: { kind: "cast", type: "timestamp without time zone" },
  },
];

/** One form for a column's two types; the common type of two different ones comes from the table above. */
export function agreeForm(source: ColumnSpec, target: ColumnSpec): Agreement {
  const [a, b] = [plainName(source.type), plainName(target.type)];
  if (a === b) return sameBase(source.type, target.type);
  const common = COMMON.find(({ types }) => types.includes(a) && types.includes(b));
  if (common !== undefined) return { form: common.form };
  if (textAgainst(source.type, target.type) || textAgainst(target.type, source.type))
    return { form: { kind: "output" } };
  if (arraysAgree(a, b)) return { form: { kind: "output" } };
  return { mismatch: `${source.type.name} in the source, ${target.type.name} in the target` };
}

function sameBase(source: TypeSpec, target: TypeSpec): Agreement {
  const form = formOfType(isPortable(source) ? source : target);
  const sameModifier = source.name === target.name || source.kind === "domain" || target.kind === "domain";
  if (source.kind !== target.kind) return mixedDomain(source, target);
  if (sameModifier || form.kind === "output") return { form };
  if (source.base === "numeric") return { form: { kind: "numeric-value" } };
  if (source.base === "character") return { form: { kind: "cast", type: "text" } };
  if (source.base === "bit")
    return { mismatch: `${source.name} in the source, ${target.name} in the target` };
  return { form };
}

/** A domain against its base type: the base type on both sides. */
function mixedDomain(source: TypeSpec, target: TypeSpec): Agreement {
  const domain = source.kind === "domain" ? source : target;
  if (domain.kind !== "domain") return { form: { kind: "output" } };
  return { form: formOfType(domain) };
}

/** Types whose binary form does not travel are compared by their text anyway. */
function textAgainst(text: TypeSpec, other: TypeSpec): boolean {
  if (text.kind === "base" && text.base === "text" && !isPortable(other)) return true;
  const kind = other.kind === "domain" ? other.baseKind : other.kind;
  return TEXTS.includes(plainName(text)) && (kind === "enum" || AS_TEXT.includes(plainName(other)));
}

function arraysAgree(a: string, b: string): boolean {
  if (!a.endsWith("[]") || !b.endsWith("[]")) return false;
  const [x, y] = [a.slice(0, -2), b.slice(0, -2)];
  return [INTEGERS, ["text", "character varying"]].some((family) => family.includes(x) && family.includes(y));
}

/** Without the schema of a user's type: each tenant may have its own `mood`. */
export function plainName(type: TypeSpec): string {
  const dotted = /^(?:"(?:[^"]|"")*"|[^."]+)\.(.+)$/s.exec(type.base);
  return dotted?.[1] ?? type.base;
}
