import type { ColumnSpec, TypeSpec } from "../schema/table-spec.ts";
import type { MaskRule } from "./mask-rule.ts";

/** What masks tell apart; of a domain, its base type counts. */
export type MaskFamily = "text" | "uuid" | "integer" | "bytea" | "other";

const TEXTS = new Set(["text", "character varying", "character", "bpchar"]);
const INTEGERS = new Set(["smallint", "integer", "bigint"]);

export function maskFamily(type: TypeSpec): MaskFamily {
  const kind = type.kind === "domain" ? (type.baseKind ?? "base") : type.kind;
  if (kind !== "base") return "other";
  if (TEXTS.has(type.base) || isCitext(type)) return "text";
  if (INTEGERS.has(type.base)) return "integer";
  if (type.base === "uuid" || type.base === "bytea") return type.base;
  return "other";
}

export function isCitext(type: TypeSpec): boolean {
  return type.base.endsWith(".citext");
}

const POSSIBLE: Readonly<Record<MaskFamily, readonly MaskRule["kind"][]>> = {
  text: ["hash", "fake", "keep-format", "redact", "fixed", "null"],
  uuid: ["hash", "fixed", "null"],
  integer: ["hash", "fixed", "null"],
  bytea: ["hash", "fixed", "null"],
  other: ["fixed", "null"],
};

/** Kinds of masks that a column can take. */
export function possibleMasks(column: Pick<ColumnSpec, "type" | "notNull">): readonly MaskRule["kind"][] {
  const kinds = POSSIBLE[maskFamily(column.type)];
  return column.notNull ? kinds.filter((kind) => kind !== "null") : kinds;
}

const LENGTH = /^(?:character varying|character)\((\d+)\)$/;

/** Characters that a value may have; null where the type does not limit it or, as with domains, does not say. */
export function maskLength(type: TypeSpec): number | null {
  const found = LENGTH.exec(type.name)?.[1];
  return found === undefined ? null : Number(found);
}

/** Whether the same value always gets the same mask because of the key. */
export function needsMaskKey(rule: MaskRule): boolean {
  return rule.kind === "hash" || rule.kind === "fake" || rule.kind === "keep-format";
}
