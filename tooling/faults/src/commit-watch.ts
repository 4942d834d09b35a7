import type { Message } from "./message-framer.ts";

const COMMIT = /(^|;)\s*(COMMIT|END)\b/i;

/** Recognises the message that makes the server commit, in the simple and in the extended protocol. */
export class CommitWatch {
  readonly #commitStatements = new Set<string>();
  readonly #commitPortals = new Set<string>();

  /** True when `message`, sent by the client, runs COMMIT. */
  sees(message: Message): boolean {
    switch (message.type) {
      case "Q":
        return COMMIT.test(readStrings(message.body, 1)[0] ?? "");
      case "P": {
        const [statement = "", text = ""] = readStrings(message.body, 2);
        mark(this.#commitStatements, statement, COMMIT.test(text));
        return false;
      }
      case "B": {
        const [portal = "", statement = ""] = readStrings(message.body, 2);
        mark(this.#commitPortals, portal, this.#commitStatements.has(statement));
        return false;
      }
      case "E":
        return this.#commitPortals.has(readStrings(message.body, 1)[0] ?? "");
      default:
        return false;
    }
  }
}

function mark(names: Set<string>, name: string, member: boolean): void {
  if (member) names.add(name);
  else names.delete(name);
}

/** The first `count` zero-terminated strings. */
function readStrings(body: Buffer, count: number): string[] {
  const strings: string[] = [];
  let start = 0;
  while (strings.length < count) {
    const end = body.indexOf(0, start);
    if (end < 0) break;
    strings.push(body.toString("utf8", start, end));
    start = end + 1;
  }
  return strings;
}
