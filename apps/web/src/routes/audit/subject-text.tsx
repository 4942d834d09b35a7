import { Group, Text } from "@mantine/core";
import { PageLink } from "../../components/page-link.tsx";
import type { AuditEntry } from "./audit-query.ts";

const SHORT = 8;

/** What an entry is about, with a link to it where it has a page. */
export function SubjectText({ entry }: { readonly entry: AuditEntry }) {
  const { subjectKind, subjectId } = entry;
  const name = nameOf(entry);
  return (
    <Group gap={6} component="span" display="inline-flex">
      <Text component="span" inherit c="dimmed">
        {subjectKind.replaceAll("_", " ")}
      </Text>
      <SubjectLink kind={subjectKind} id={subjectId} label={name ?? shortId(subjectId)} />
    </Group>
  );
}

interface SubjectLinkProps {
  readonly kind: string;
  readonly id: string | null;
  readonly label: string;
}

function SubjectLink({ kind, id, label }: SubjectLinkProps) {
  const text = <bdi className="sl-mono">{label}</bdi>;
  if (id === null) return text;
  if (kind === "run")
    return (
      <PageLink to="/runs/$runId" params={{ runId: id }}>
        {text}
      </PageLink>
    );
  if (kind === "job")
    return (
      <PageLink to="/jobs/$jobId" params={{ jobId: id }}>
        {text}
      </PageLink>
    );
  if (kind === "review")
    return (
      <PageLink to="/reviews/$reviewId" params={{ reviewId: id }}>
        {text}
      </PageLink>
    );
  if (kind === "patch")
    return (
      <PageLink to="/patches/$patchId" params={{ patchId: id }}>
        {text}
      </PageLink>
    );
  if (kind === "person")
    return (
      <PageLink to="/people/$userId" params={{ userId: id }}>
        {text}
      </PageLink>
    );
  if (kind === "conflict")
    return (
      <PageLink to="/conflicts/$conflictId" params={{ conflictId: id }}>
        {text}
      </PageLink>
    );
  return <span title={id}>{text}</span>;
}

/** What it was called then, where the entry says so. */
function nameOf({ detail }: AuditEntry): string | null {
  if (typeof detail !== "object" || detail === null) return null;
  const { name, email, title, locator, server } = detail as Readonly<Record<string, unknown>>;
  const found = [name, email, title, locator, server].find((each) => typeof each === "string");
  return typeof found === "string" ? found : null;
}

function shortId(id: string | null): string {
  if (id === null) return "";
  return /^[0-9a-f-]{36}$/.test(id) ? id.slice(0, SHORT) : id;
}
