import { z } from "zod";
import type { AuditFilter } from "./audit-query.ts";

const text = z.string().min(1).max(400).optional().catch(undefined);
const instant = z.iso.datetime().optional().catch(undefined);

/** What stands in the URL of the audit page. */
export const auditSearch = z.object({
  tab: z.enum(["entries", "verify", "checkpoints"]).optional().catch(undefined),
  action: text,
  person: text,
  actor: text,
  subjectKind: text,
  subjectId: text,
  project: text,
  from: instant,
  to: instant,
  /** Id of the entry that is shown. */
  entry: z.int().optional().catch(undefined),
});
export type AuditSearch = z.output<typeof auditSearch>;

const FILTERS = ["action", "person", "actor", "subjectKind", "subjectId", "project", "from", "to"] as const;

/** The part of it that the list is filtered by. */
export function filterOf(search: AuditSearch): AuditFilter {
  return Object.fromEntries(
    FILTERS.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  );
}

/** What `syncline audit tail` takes to show the same. */
export function tailWords(filter: AuditFilter): string[] {
  const options = { ...OPTIONS } as Readonly<Record<string, string>>;
  return Object.entries(filter).flatMap(([name, value]) =>
    options[name] === undefined || value === undefined ? [] : [options[name], String(value)],
  );
}

const OPTIONS = {
  action: "--action",
  actor: "--actor",
  person: "--person",
  subjectId: "--subject",
  project: "--project",
  from: "--from",
  to: "--to",
};
