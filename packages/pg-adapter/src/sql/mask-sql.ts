import { CodedError, isCitext, type MaskRule, maskFamily, maskLength, type TypeSpec } from "@syncline/core";
import { call, hex, hmac, join, number, once, op, utf8, word } from "./mask-expressions.ts";
import { permuteInteger } from "./mask-integers.ts";
import { keepFormat } from "./mask-keep-format.ts";
import { quoteLiteral } from "./quote.ts";

export { MASK_SETTINGS, maskSettings } from "./mask-key.ts";

export interface MaskedColumn {
  /** The original value, such as `t."email"`. */
  readonly expression: string;
  readonly type: TypeSpec;
}

/**
 * The rule as an expression of the column's own type. NULL stays NULL but for `fixed`. Deterministic kinds read the key
 * from the settings of `maskSettings` and fail without them; they need no search_path. Throws `mask.invalid` for a rule
 * that the type cannot take.
 */
export function compileMask(rule: MaskRule, column: MaskedColumn): string {
  return `(${maskValue(rule, column)})::${castTarget(column.type)}`;
}

const BUILT_IN =
  /^(?:text|uuid|bytea|jsonb?|xml|date|name|inet|cidr|macaddr8?|money|bpchar|tsvector)(?:\[\])*$/;

function castTarget({ name }: TypeSpec): string {
  return BUILT_IN.test(name) ? `pg_catalog.${name}` : name;
}

function maskValue(rule: MaskRule, column: MaskedColumn): string {
  switch (rule.kind) {
    case "null":
      return "NULL";
    case "fixed":
      return rule.value === null ? "NULL" : quoteLiteral(rule.value);
    case "redact":
      assertText(rule, column);
      return present(column, quoteLiteral(rule.text));
    case "hash":
      return hashValue(rule, column);
    case "fake":
      assertText(rule, column);
      return fakeValue(rule, column);
    case "keep-format":
      assertText(rule, column);
      return keepFormat(digest(rule, column), asText(column));
  }
}

function present({ expression }: MaskedColumn, value: string): string {
  return `CASE WHEN ${expression} IS NOT NULL THEN ${value} END`;
}

type KeyedRule = Extract<MaskRule, { readonly domain: string | null }>;

/** What tells apart equal values of different kinds and domains. */
function label(rule: KeyedRule): string {
  const kind = rule.kind === "fake" ? `fake ${rule.of}` : rule.kind;
  return `syncline mask 1\n${kind}\n${rule.domain ?? ""}`;
}

function hashValue(rule: Extract<MaskRule, { kind: "hash" }>, column: MaskedColumn): string {
  switch (maskFamily(column.type)) {
    case "text": {
      const length = Math.min(rule.length ?? 64, maskLength(column.type) ?? 64, 64);
      return call("left", hex(digest(rule, column)), length);
    }
    case "uuid":
      return uuidOf(hex(digest(rule, column)));
    case "integer":
      return permuteInteger(label(rule), column.expression, column.type.base);
    case "bytea":
      return call("substr", hmac(label(rule), column.expression), 1, Math.min(rule.length ?? 32, 32));
    default:
      return refuse(rule, column);
  }
}

/** As a random UUID of version 4 looks. */
function uuidOf(digits: string): string {
  const versioned = call("overlay", call("left", digits, 32), "'4'", 13, 1);
  return `${call("overlay", versioned, "'8'", 17, 1)}::pg_catalog.uuid`;
}

function asText({ expression }: MaskedColumn): string {
  return `${expression}::pg_catalog.text`;
}

/** Values that the type takes as equal have one digest. */
function digest(rule: KeyedRule, column: MaskedColumn): string {
  const text = asText(column);
  const same = isCitext(column.type) ? call("lower", `${text} COLLATE pg_catalog."default"`) : text;
  return hmac(label(rule), utf8(same));
}

/** Of an address in words: names, a dot, a number and the domain reserved for examples. */
const WORDY_EMAIL = 46;
const EMAIL_DOMAIN = "@example.com";

function fakeValue(rule: Extract<MaskRule, { kind: "fake" }>, column: MaskedColumn): string {
  return once(hex(digest(rule, column)), fakeBody(rule, maskLength(column.type)));
}

function fakeBody({ of }: Extract<MaskRule, { kind: "fake" }>, length: number | null): string {
  switch (of) {
    case "first-name":
      return word("first", 1);
    case "last-name":
      return word("last", 5);
    case "full-name":
      return join(word("first", 1), "' '", word("last", 5));
    case "email":
      return email(length);
    case "phone":
      // A country code that belongs to nobody.
      return join(
        "'+999 '",
        call("lpad", `${op(number("m.h", 1, 15), "%", "10000000000")}::pg_catalog.text`, 10, "'0'"),
      );
    case "street":
      return join(houseNumber(), "' '", word("street", 5), "' Street'");
    case "city":
      return word("city", 1);
    case "company":
      return join(word("last", 1), "' '", word("company", 5));
    case "word":
      return word("word", 1);
    case "sentence":
      return join(
        call("initcap", word("word", 1)),
        ...[5, 9, 13, 17].flatMap((at) => ["' '", word("word", at)]),
        "'.'",
      );
  }
}

function houseNumber(): string {
  return `${op(op(number("m.h", 1, 4), "%", "200"), "+", "1")}::pg_catalog.text`;
}

/** Unique like the 48 bits at its end; where the column is short, nothing but as many of them as fit. */
function email(length: number | null): string {
  if (length !== null && length < WORDY_EMAIL)
    return join(
      "'u'",
      call("substr", "m.h", 1, Math.max(1, length - EMAIL_DOMAIN.length - 1)),
      `'${EMAIL_DOMAIN}'`,
    );
  const name = call("lower", join(word("first", 1), "'.'", word("last", 5)));
  return join(name, "'.'", call("substr", "m.h", 9, 12), `'${EMAIL_DOMAIN}'`);
}

function assertText(rule: MaskRule, column: MaskedColumn): void {
  if (maskFamily(column.type) !== "text") refuse(rule, column);
}

function refuse(rule: MaskRule, { type }: MaskedColumn): never {
  throw new CodedError(
    "mask.invalid",
    `A column of type ${type.name} cannot be masked with "${rule.kind}".`,
    {
      hint: "Use fixed or null, or leave the column out.",
    },
  );
}
