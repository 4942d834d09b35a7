import { aboutPatch, type PatchHeader, type PatchOperation, SQL_USAGE, sqlScript } from "@syncline/core";
import type { Direction, OpenResult } from "@syncline/runtime/results";

interface Script {
  readonly about: readonly string[];
  readonly operations: (kind: PatchOperation["op"]) => AsyncIterable<readonly PatchOperation[]>;
}

/** An SQL script of operations, with how to use it at its top. */
export function patchScript(header: PatchHeader, { about, operations }: Script): AsyncIterable<string> {
  return sqlScript({ about: [...about, ...SQL_USAGE], tables: header.tables, operations });
}

/** The lines at the top of a stored patch's script, or of the one that takes it back. */
export function aboutScript(
  header: PatchHeader,
  { hash, direction }: { hash: string; direction: Direction },
): readonly string[] {
  if (direction === "forward") return aboutPatch({ header, hash });
  return [
    `Takes back patch ${header.id} of ${header.createdAt} in ${header.target.locator}.`,
    `Content of that patch sha256:${hash}`,
    ...SQL_USAGE,
  ];
}

/** The whole script. */
export function storedScript(
  result: OpenResult,
  {
    hash,
    direction,
    signal,
  }: { readonly hash: string; readonly direction: Direction; readonly signal: AbortSignal },
): AsyncIterable<string> {
  return sqlScript({
    about: aboutScript(result.header, { hash, direction }),
    tables: result.header.tables,
    operations: (kind) => result.statementOperations({ direction, kind }, signal),
  });
}
