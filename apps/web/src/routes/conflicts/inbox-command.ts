import { commandOf } from "../../components/shell-quote.ts";
import type { ConflictGroup } from "./conflicts-query.ts";

const RESOLVE = "syncline patch resolve conflicts.json --output resolved.patch";

/** What does the same from a terminal: it writes conflicts to a file, which is then decided and becomes a patch. */
export function inboxCommand(group: Pick<ConflictGroup, "kind" | "sides"> | null): string {
  if (group === null) return RESOLVE;
  const { ours, theirs, base } = group.sides;
  if (ours === null) return RESOLVE;
  if ((group.kind === "merge" || group.kind === "copy") && theirs !== null && base !== null)
    return commandOf([
      ...["syncline", "copy", theirs, ours, "--strategy", "three-way", "--base", base],
      ...["--conflicts", "conflicts.json"],
    ]);
  if (group.kind === "apply")
    return commandOf(["syncline", "patch", "changes.patch", ours, "--conflicts", "conflicts.json"]);
  return RESOLVE;
}
