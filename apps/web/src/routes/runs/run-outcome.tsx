import { Group, Stack, Text, Title } from "@mantine/core";
import { useMe } from "../../api/me.ts";
import { Facts } from "../../components/facts.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { bytesText, counted, countText } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { RunReceipts } from "./run-receipts.tsx";
import { compares, lengthText } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

/** What came of a run: its counts, where they are to be seen, and that its writes can be taken back. */
export function RunOutcome({ run }: { readonly run: Run }) {
  const { summary } = run;
  const me = useMe();
  if (summary === null) return null;
  const { counts, patchId, files, notes, bytes } = summary;
  const { inserted, updated, deleted, unchanged, skipped, conflicts } = counts;
  const comparing = compares(run.kind);
  return (
    <Stack className="sl-card" p="md" gap="sm" component="section" aria-labelledby="outcome">
      <Group justify="space-between" gap="sm">
        <Title order={2} id="outcome">
          {headline(run)}
        </Title>
        <Group gap="xs">
          {patchId !== null && me.can("patches:read") && (
            <PageButton to="/diffs/$patchId" params={{ patchId }} size="xs">
              {comparing ? "Look at the differences" : "Look at the changes"}
            </PageButton>
          )}
          {patchId !== null && comparing && me.can("patches:read") && (
            <PageButton to="/patches/$patchId" params={{ patchId }} size="xs" variant="default">
              As a patch
            </PageButton>
          )}
          {conflicts > 0 && me.can("conflicts:read") && (
            <PageButton
              to="/conflicts"
              search={run.jobId === null ? {} : { job: run.jobId }}
              size="xs"
              variant="default"
            >
              Decide the conflicts
            </PageButton>
          )}
        </Group>
      </Group>
      <Group gap="xl">
        <KindCounts inserts={inserted} updates={updated} deletes={deleted} />
        <Text size="sm" c="dimmed">
          {countText(unchanged)} alike
          {skipped > 0 && `, ${countText(skipped)} skipped`}
          {conflicts > 0 && `, ${counted(conflicts, "conflict")}`}
        </Text>
      </Group>
      <Facts
        facts={[
          ["Took", lengthText(run, Date.now()) ?? "—"],
          ["Read or written", bytesText(bytes)],
          ...(files.length > 0
            ? [
                [
                  "Files",
                  <span key="files" className="sl-mono">
                    {files.join(", ")}
                  </span>,
                ] as const,
              ]
            : []),
        ]}
      />
      {notes.length > 0 && (
        <ul aria-label="Notes" style={{ margin: 0, paddingLeft: "1.1rem" }}>
          {notes.map((note) => (
            <li key={note}>
              <Text size="sm">{note}</Text>
            </li>
          ))}
        </ul>
      )}
      <RunReceipts run={run} />
      {run.retryOf !== null && (
        <Text size="sm">
          It does again what failed in{" "}
          <PageLink to="/runs/$runId" params={{ runId: run.retryOf }}>
            an earlier run
          </PageLink>
          ;{" "}
          <PageLink to="/runs/compare" search={{ a: run.retryOf, b: run.id }}>
            compare them
          </PageLink>
          .
        </Text>
      )}
    </Stack>
  );
}

function headline({ kind, definition, summary }: Run): string {
  const { inserted = 0, updated = 0, deleted = 0, conflicts = 0 } = summary?.counts ?? {};
  const total = inserted + updated + deleted;
  if (compares(kind)) return total === 0 ? "Nothing differs" : `${counted(total, "row")} differ`;
  const dry = "dryRun" in definition && definition.dryRun;
  if (dry) return total === 0 ? "Nothing would be written" : `${counted(total, "row")} would be written`;
  if (kind === "export") return "Written to files";
  if (total === 0 && conflicts > 0) return `Nothing was written: ${counted(conflicts, "conflict")}`;
  return total === 0 ? "Nothing had to be written" : `${counted(total, "row")} were written`;
}
