import { Group, Progress, Text } from "@mantine/core";
import type { RunAnswer } from "@syncline/api";
import { useState } from "react";
import { useLiveEvents } from "../../api/live-events.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { PlaceText } from "../../components/place-text.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { etaText, rateText } from "../runs/eta-text.ts";
import { afterEvent, shareOfRun } from "../runs/run-state.ts";
import { placesOf, waitText } from "../runs/run-words.ts";

/** One that goes on, with its progress as it is told. */
export function RunningComparison({ run: read }: { readonly run: RunAnswer }) {
  const [told, setTold] = useState(read);
  useLiveEvents((event) => setTold((before) => afterEvent(before, event)));
  // Events are newer in progress alone; everything else is as it was read.
  const run =
    (told.progress?.rows ?? 0) > (read.progress?.rows ?? 0) ? { ...read, progress: told.progress } : read;
  const { id, state, progress, requestedBy, createdAt, definition } = run;
  const share = shareOfRun(run);
  const [source, target] = placesOf(definition);
  return (
    <div className="sl-card" style={{ padding: "10px 14px" }}>
      <Group justify="space-between" gap="sm" wrap="wrap">
        <Group gap="sm" wrap="wrap">
          <StateBadge state={state} />
          {source !== undefined && <PlaceText place={source} />}
          <span aria-hidden>→</span>
          {target !== undefined && <PlaceText place={target} />}
          <Text size="sm" c="dimmed" component="span">
            {actorText(requestedBy)}, <Ago at={createdAt} />
          </Text>
        </Group>
        <PageLink to="/runs/$runId" params={{ runId: id }} size="sm">
          Its run
        </PageLink>
      </Group>
      <Progress
        mt={8}
        size={6}
        value={share === null ? (state === "running" ? 100 : 0) : share * 100}
        striped={share === null}
        animated={state === "running"}
        aria-label="Share that is done"
      />
      <Text size="xs" c="dimmed" mt={4} className="sl-mono">
        {waitText(run) ??
          [
            progress?.phase ?? "starting",
            `${countText(progress?.rows ?? 0)} rows`,
            rateText(progress?.rowsPerSecond ?? 0),
            progress?.etaSeconds ? `${etaText(progress.etaSeconds)} left` : null,
          ]
            .filter((part) => part !== null)
            .join(" · ")}
      </Text>
    </div>
  );
}
