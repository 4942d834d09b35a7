import {
  type AuditLine,
  CodedError,
  parseAuditLine,
  parseCheckpoint,
  type SignedCheckpoint,
} from "@syncline/core";

const LONGEST_LINE = 16 * 1024 * 1024;

/** Lines of an exported log, as they come. @throws CodedError `file.damaged` */
export async function* readAuditLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<AuditLine, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 0;
  const decode = (piece?: Uint8Array) => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new CodedError("file.damaged", "The exported audit log is not UTF-8.");
    }
  };
  for await (const piece of bytes) {
    const lines = (rest + decode(piece)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE)
      throw new CodedError("file.damaged", "The exported audit log has a line without end.");
    for (const line of lines) {
      number += 1;
      yield parseAuditLine(line, number);
    }
  }
  rest += decode();
  if (rest !== "") yield parseAuditLine(rest, number + 1);
}

/**
 * Checkpoints that somebody kept: JSON of one, or several on lines, or as the API lists them, webhooks tell them and
 * exports hold them.
 * @throws CodedError `file.damaged`
 */
export function readCheckpoints(text: string, name: string): SignedCheckpoint[] {
  const found = documentsOf(text, name).flatMap(signedIn);
  for (const { statement } of found) parseCheckpoint(statement);
  if (found.length > 0) return found;
  throw new CodedError("file.damaged", `${name} holds no checkpoint of an audit log.`, {
    hint: "Keep what `syncline audit checkpoints --json` prints, or the body of an audit.checkpoint webhook.",
  });
}

function documentsOf(text: string, name: string): unknown[] {
  const whole = parse(text);
  if (whole !== undefined) return [whole];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const documents = lines.map(parse);
  // One that is passed over in silence would be missed by nobody.
  if (documents.includes(undefined) && documents.some((each) => each !== undefined))
    throw new CodedError(
      "file.damaged",
      `${name} has a line that is no JSON, in line ${documents.indexOf(undefined) + 1}.`,
    );
  return documents;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function signedIn(value: unknown): SignedCheckpoint[] {
  if (Array.isArray(value)) return value.flatMap(signedIn);
  if (typeof value !== "object" || value === null) return [];
  const { statement, publicKey, signature, data, payload, items, checkpoints } = value as Record<
    string,
    unknown
  >;
  if (typeof statement === "string" && typeof publicKey === "string" && typeof signature === "string")
    return [{ statement, publicKey, signature }];
  return [data, payload, items, checkpoints].flatMap(signedIn);
}
