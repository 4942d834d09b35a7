import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { Ago } from "../../components/ago.tsx";
import { Facts } from "../../components/facts.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { counted, countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { lengthChange, total } from "./compare-runs.ts";
import { lengthText, placesOf, triggerText } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

interface Sides {
  readonly a: Run;
  readonly b: Run;
}

/** Both runs as a whole, and in a line how they differ. */
export function ComparedSides({ a, b }: Sides) {
  const change = total(b.summary?.counts ?? null) - total(a.summary?.counts ?? null);
  const length = lengthChange(a, b);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Side label="A" run={a} />
        <Side label="B" run={b} />
      </SimpleGrid>
      <Text size="sm">
        B has{" "}
        {change === 0
          ? "as many rows as A"
          : `${counted(Math.abs(change), "row")} ${change > 0 ? "more" : "fewer"} than A`}
        {length !== null &&
          (length >= 1
            ? `, and took ${length.toFixed(1)} times as long`
            : `, and took ${Math.round(length * 100)}% of the time`)}
        .
      </Text>
    </Stack>
  );
}

function Side({ label, run }: { readonly label: string; readonly run: Run }) {
  const { summary, error } = run;
  return (
    <Stack className="sl-card" p="md" gap="xs" component="section" aria-label={`Run ${label}`}>
      <Group gap="xs">
        <Text fw={700}>{label}</Text>
        <PageLink to="/runs/$runId" params={{ runId: run.id }} fw={600}>
          {run.jobId === null ? kindName(run.kind) : run.definition.name}
        </PageLink>
        <StateBadge state={run.state} />
      </Group>
      <Facts
        facts={[
          ["Asked for", <Ago key="at" at={run.createdAt} />],
          ["Trigger", triggerText(run)],
          ["Took", lengthText(run, Date.now()) ?? "—"],
          ["Attempts", countText(run.attempt)],
          [
            "Places",
            <span key="places" className="sl-mono">
              {placesOf(run.definition).join(" → ")}
            </span>,
          ],
          [
            "Rows",
            summary === null ? (
              "—"
            ) : (
              <KindCounts
                key="rows"
                inserts={summary.counts.inserted}
                updates={summary.counts.updated}
                deletes={summary.counts.deleted}
              />
            ),
          ],
          ["Alike", summary === null ? "—" : countText(summary.counts.unchanged)],
          [
            "Result",
            summary?.patchId == null ? (
              "—"
            ) : (
              <PageLink key="result" to="/diffs/$patchId" params={{ patchId: summary.patchId }}>
                Look at its rows
              </PageLink>
            ),
          ],
        ]}
      />
      {error !== null && (
        <Text size="sm" c="var(--sl-delete)">
          {error.message}{" "}
          <Text component="span" className="sl-mono" c="dimmed">
            {error.code}
          </Text>
        </Text>
      )}
    </Stack>
  );
}
