import { CodedError, visibleText } from "@syncline/core";

const MAX_NAME_BYTES = 1_000;
const MAX_SEGMENT_BYTES = 200;
const MAX_DEPTH = 8;
const TIME = "{time}";

/**
 * The parts of a name inside the dump folder. Nothing that leads elsewhere, is hidden, or that another system reads
 * differently. @throws CodedError `usage.invalid`
 */
export function dumpSegments(name: string): readonly string[] {
  const segments = name.split("/");
  const problem =
    (Buffer.byteLength(name) > MAX_NAME_BYTES && "is too long") ||
    (segments.length > MAX_DEPTH && "lies too deep") ||
    segments.map(segmentProblem).find((each) => each !== null);
  if (typeof problem !== "string") return segments;
  throw new CodedError(
    "usage.invalid",
    `"${visibleText(name.slice(0, 100))}" is no name inside the dump folder: it ${problem}.`,
    {
      hint: "Name a file as in nightly/users-{time}.ndjson.gz.",
    },
  );
}

function segmentProblem(segment: string): string | null {
  if (segment === "") return "begins or ends with a slash, or has two of them";
  if (segment.startsWith(".")) return "has a part that begins with a dot";
  if (segment !== segment.trim() || segment.endsWith(".")) return "has a part that ends with a blank or dot";
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return "has a part that is too long";
  if (!segment.isWellFormed() || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(segment))
    return "has characters that cannot be seen";
  return /[\\:]/.test(segment) ? "has a backslash or a colon" : null;
}

/** The name that a dump of this instant gets; `{time}` sorts as text. @throws CodedError `usage.invalid` */
export function dumpNameAt(pattern: string, instant: Date): string {
  const name = pattern.replaceAll(TIME, instant.toISOString().replaceAll(":", "-"));
  dumpSegments(name);
  const strange = /[{}*]/.exec(name)?.[0];
  if (strange === undefined) return name;
  throw new CodedError("usage.invalid", `"${visibleText(pattern)}" holds "${strange}", which no name has.`, {
    hint: `Only ${TIME} is replaced in the name of an export.`,
  });
}

/** Whether several dumps may be meant: `*` is any part of a name without a slash, `{time}` any instant. */
export function isDumpPattern(pattern: string): boolean {
  return pattern.includes("*") || pattern.includes(TIME);
}

/** By segment, what names of dumps match. @throws CodedError `usage.invalid` */
export function dumpMatchers(pattern: string): readonly ((name: string) => boolean)[] {
  return dumpSegments(pattern.replaceAll(TIME, "*")).map((segment) => {
    const parts = segment.split(/\*+/);
    return (name) => matchesParts(name, parts);
  });
}

/** Each part where it comes first, so that no pattern takes longer than the name times its parts. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return name === first;
  const last = rest.pop() ?? "";
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
