/** Grounds for white text, each with a contrast above 5. Red is for deletes alone. */
const PRODUCTION = "#a63d00";
const BY_KIND: readonly (readonly [RegExp, string])[] = [
  [/^prod|^live$/, PRODUCTION],
  [/^(stag|pre-?prod|uat)/, "#6b3fa0"],
  [/^(dev|local)/, "#1d6b62"],
  [/^(test|qa|ci)/, "#1f5f99"],
];
const OTHERS = ["#3f5b8c", "#5b5f2a", "#7a3b69", "#2f6b3c", "#505a66"];

/** The same colour for the same name, on every page and at every visit. */
export function environmentColor(name: string): string {
  const known = BY_KIND.find(([pattern]) => pattern.test(name.toLowerCase()));
  if (known !== undefined) return known[1];
  const sum = [...name].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
  return OTHERS[sum % OTHERS.length] ?? PRODUCTION;
}
