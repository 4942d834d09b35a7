/** What a `fake` value looks like. */
export const FAKE_KINDS = [
  "first-name",
  "last-name",
  "full-name",
  "email",
  "phone",
  "street",
  "city",
  "company",
  "word",
  "sentence",
] as const;
export type FakeKind = (typeof FAKE_KINDS)[number];

/**
 * How a column's values are replaced on the way. NULL stays NULL but for `fixed`. `hash`, `fake` and `keep-format`
 * are deterministic per mask key and `domain`, so that equal values stay equal and references still match.
 */
export type MaskRule =
  | { readonly kind: "hash"; readonly length: number | null; readonly domain: string | null }
  | { readonly kind: "redact"; readonly text: string }
  | { readonly kind: "fake"; readonly of: FakeKind; readonly domain: string | null }
  | { readonly kind: "fixed"; readonly value: string | null }
  | { readonly kind: "null" }
  /** Letters become letters of the same case, digits digits; everything else and the length stay. */
  | { readonly kind: "keep-format"; readonly domain: string | null };
