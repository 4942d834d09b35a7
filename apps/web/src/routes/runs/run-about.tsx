import { Stack, Text, Title } from "@mantine/core";
import { Ago } from "../../components/ago.tsx";
import { Facts } from "../../components/facts.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { definitionFacts } from "./definition-facts.ts";
import { triggerText } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

/** What was asked for, by whom, and with which settings. */
export function RunAbout({ run }: { readonly run: Run }) {
  const { definition, jobId } = run;
  const { source, target, patch } = definition as { source?: string; target?: string; patch?: string };
  return (
    <Stack component="section" className="sl-card" p="md" gap="sm" aria-labelledby="about">
      <Title order={2} id="about">
        About
      </Title>
      <Facts
        facts={[
          ["Kind", kindName(run.kind)],
          [
            "Job",
            jobId === null ? (
              "none: asked for once"
            ) : (
              <PageLink key="job" to="/jobs/$jobId" params={{ jobId }}>
                {definition.name}
              </PageLink>
            ),
          ],
          ...(source === undefined ? [] : [["Source", <Place key="source" place={source} />] as const]),
          ...(target === undefined ? [] : [["Target", <Place key="target" place={target} />] as const]),
          ...(patch === undefined
            ? []
            : [
                [
                  "Patch",
                  <PageLink
                    key="patch"
                    to="/patches/$patchId"
                    params={{ patchId: patch }}
                    className="sl-mono"
                  >
                    {patch.slice(0, 8)}
                  </PageLink>,
                ] as const,
              ]),
          ...(run.reviewId === null
            ? []
            : [
                [
                  "Review",
                  <PageLink key="review" to="/reviews/$reviewId" params={{ reviewId: run.reviewId }}>
                    that approved it
                  </PageLink>,
                ] as const,
              ]),
          ["Trigger", triggerText(run)],
          ["Asked for", <Ago key="created" at={run.createdAt} />],
          ["Began", <Ago key="began" at={run.startedAt} />],
          ["Ended", <Ago key="ended" at={run.finishedAt} />],
          [
            "Id",
            <span key="id" className="sl-mono">
              {run.id}
            </span>,
          ],
        ]}
      />
      <Text size="sm" fw={600}>
        Settings
      </Text>
      <Facts
        facts={definitionFacts(definition).map(([name, value]) => [
          name,
          <span key={name} className="sl-mono">
            {value}
          </span>,
        ])}
      />
    </Stack>
  );
}

/** Its environment stands above the page's title. */
function Place({ place }: { readonly place: string }) {
  return (
    <span className="sl-mono" style={{ overflowWrap: "anywhere" }}>
      {place}
    </span>
  );
}
