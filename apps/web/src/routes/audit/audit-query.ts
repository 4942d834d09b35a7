import { type AnswerOf, AUDITED, type audit, type QueryInputOf } from "@syncline/api";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";

export type AuditEntry = AnswerOf<typeof audit.listAudit>["items"][number];
export type AuditReport = AnswerOf<typeof audit.verifyAudit>;
export type Checkpoint = AnswerOf<typeof audit.listCheckpoints>["items"][number];
export type AuditFilter = Pick<
  Partial<QueryInputOf<typeof audit.listAudit>>,
  "action" | "person" | "actor" | "subjectKind" | "subjectId" | "project" | "from" | "to"
>;

const PAGE = 100;

/** Newest first. */
export const auditQuery = (filter: AuditFilter) =>
  pagesOf<AuditEntry>({
    queryKey: ["audit", "entries", filter],
    read: ({ query, signal }) => api.audit.listAudit({ query: { ...filter, ...query, limit: PAGE }, signal }),
  });

export const checkpointsQuery = pagesOf<Checkpoint>({
  queryKey: ["audit", "checkpoints"],
  read: ({ query, signal }) => api.audit.listCheckpoints({ query, signal }),
});

/** Everything that entries can say was done, and `noun.*` for all of a noun. */
export function knownActions(): string[] {
  const actions = Object.values(AUDITED).flatMap((audited) =>
    audited.kind === "change" ? audited.actions : audited.kind === "read" ? [audited.action] : [],
  );
  const nouns = actions.map((action) => `${action.split(".")[0]}.*`);
  return [...new Set([...nouns, ...actions, "access.refuse"])].sort();
}

/** Kinds of what entries are about. */
export function knownSubjects(): string[] {
  return [...new Set(knownActions().map((action) => action.split(".")[0] ?? ""))].filter(
    (noun) => noun !== "access" && noun !== "rows",
  );
}
