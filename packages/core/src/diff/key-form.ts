import type { ColumnSpec, TypeSpec } from "../schema/table-spec.ts";
import { agreeForm, type ColumnForm, castName, formOfType, plainName } from "./column-form.ts";

/**
 * How a key column sorts. `signed`: binary integer, sign flipped. `bytes`: its binary form as it is. `text`: in
 * COLLATE "C" order. `canonical`: only as part of the bytes of all key columns, brought to one form where the type's
 * equality is wider than its bytes.
 */
export type KeyOrder = "signed" | "bytes" | "text" | "canonical";

export type CanonicalForm =
  | ColumnForm
  | { readonly kind: "lower" | "interval" | "float-key" }
  | { readonly kind: "trimmed-text" };

export interface KeyColumnForm {
  readonly order: KeyOrder;
  /** Type both sides are cast to, or null when they have it already. */
  readonly cast: string | null;
  readonly canonical: CanonicalForm;
  /** Bytes of a fixed-width column, else null. */
  readonly width: number | null;
  /** Keys may be equal although their canonical forms differ; the index's operator decides. */
  readonly wide: boolean;
}

const SIGNED: Readonly<Record<string, number>> = {
  smallint: 2,
  integer: 4,
  bigint: 8,
  date: 4,
  "timestamp without time zone": 8,
  "timestamp with time zone": 8,
};

const BYTES: Readonly<Record<string, number | null>> = { uuid: 16, boolean: 1, bytea: null };

/** Types whose index equality is that of their binary form. */
const EXACT = new Set(
  [
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "oid",
    "xid8",
    "pg_lsn",
    "bit",
    "bit varying",
    "money",
    "name",
    '"char"',
  ]
    .concat(["time without time zone", "time with time zone", "tsvector", "tid", "text", "character varying"])
    .concat(["smallint", "integer", "bigint", "uuid", "boolean", "bytea", "date"])
    .concat(["timestamp without time zone", "timestamp with time zone"]),
);

/** The sort form of a key column; null when the types of the two sides have none in common. */
export function keyFormOf(source: ColumnSpec, target: ColumnSpec): KeyColumnForm | null {
  const agreed = agreeForm(source, target);
  if ("mismatch" in agreed) return null;
  const nondeterministic =
    source.nondeterministicCollation !== null || target.nondeterministicCollation !== null;
  const base = commonBase(source.type, target.type, agreed.form);
  const cast = needsCast(source.type, target.type, base) ? castName(base) : null;
  const signed = SIGNED[base];
  if (signed !== undefined) return native("signed", cast, base, signed);
  if (base in BYTES) return native("bytes", cast, base, BYTES[base] ?? null);
  if (!nondeterministic && (base === "text" || base === "character varying"))
    return native("text", cast, "text", null);
  return {
    order: "canonical",
    cast,
    width: null,
    ...canonicalForm(base, source.type, agreed.form, nondeterministic),
  };
}

function native(order: KeyOrder, cast: string | null, type: string, width: number | null): KeyColumnForm {
  return { order, cast, width, wide: false, canonical: { kind: "cast", type } };
}

function commonBase(source: TypeSpec, target: TypeSpec, form: ColumnForm): string {
  if (plainName(source) === plainName(target))
    return plainName(source) === source.base ? source.base : plainName(source);
  if (form.kind === "cast") return form.type;
  return form.kind === "numeric-value" ? "numeric" : "text";
}

/** A user's type keeps its own name on each side; its forms start from the output text. */
function needsCast(source: TypeSpec, target: TypeSpec, base: string): boolean {
  if ([source, target].every((type) => plainName(type) === base && type.base !== base)) return false;
  return [source, target].some((type) => type.kind === "domain" || type.base !== base);
}

function canonicalForm(
  base: string,
  type: TypeSpec,
  form: ColumnForm,
  nondeterministic: boolean,
): { readonly canonical: CanonicalForm; readonly wide: boolean } {
  const kind = type.kind === "domain" ? type.baseKind : type.kind;
  if (base === "numeric") return { canonical: { kind: "numeric-value" }, wide: false };
  if (base === "character") return { canonical: { kind: "trimmed-text" }, wide: nondeterministic };
  if (base === "citext") return { canonical: { kind: "lower" }, wide: true };
  if (base === "interval") return { canonical: { kind: "interval" }, wide: false };
  if (base === "real" || base === "double precision")
    return { canonical: { kind: "float-key" }, wide: false };
  if (kind === "enum") return { canonical: { kind: "output" }, wide: false };
  const canonical = form.kind === "as-is" ? formOfType(type) : form;
  return { canonical, wide: nondeterministic || !EXACT.has(base.replace(/(\[\])+$/, "")) };
}
