import { Button, Group, Stack, Text } from "@mantine/core";
import { serverOfLocator } from "../../api/places.ts";
import { PageButton } from "../../components/page-button.tsx";
import type { JobDialog } from "./job-dialogs.tsx";
import { placesOf } from "./job-places.ts";
import type { Job } from "./job-queries.ts";
import { failureSteps } from "./timeline-words.ts";

interface RunFailureNoteProps {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryable: boolean;
  };
  readonly job: Job;
  readonly runId: string;
  /** Whether what helps is offered, too. */
  readonly offers: boolean;
  readonly onDialog: (dialog: JobDialog) => void;
}

/** Cause, evidence and next step of a failure. */
export function RunFailureNote({ error, job, runId, offers, onDialog }: RunFailureNoteProps) {
  const steps = new Set(offers ? failureSteps(error.code) : []);
  const servers = [...new Set(placesOf(job.definition).flatMap((place) => serverOfLocator(place) ?? []))];
  const small = { size: "compact-sm", variant: "default" } as const;
  return (
    <Stack gap={6} pl="sm" style={{ borderLeft: "3px solid var(--sl-delete)" }}>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {error.message}{" "}
        <Text component="span" className="sl-mono" c="dimmed">
          {error.code}
        </Text>
      </Text>
      {error.hint !== null && (
        <Text size="sm" c="dimmed">
          {error.hint}
        </Text>
      )}
      {offers && (
        <Group gap="xs">
          <PageButton to="/runs/$runId" params={{ runId }} {...small}>
            Look at the run
          </PageButton>
          {steps.has("connection") &&
            servers.map((name) => (
              <PageButton key={name} to="/servers/$name" params={{ name }} search={{}} {...small}>
                Test {name}
              </PageButton>
            ))}
          {steps.has("deletes") && job.kind === "bi-sync" && (
            <Button {...small} onClick={() => onDialog("allow-deletes")}>
              Run once without the limits…
            </Button>
          )}
          {steps.has("places") && job.kind === "bi-sync" && (
            <Button {...small} onClick={() => onDialog("reset-pair")}>
              Forget what they agreed on…
            </Button>
          )}
          {steps.has("review") && (
            <Button {...small} onClick={() => onDialog("review")}>
              Ask for a review…
            </Button>
          )}
          {steps.has("edit") && job.origin === "api" && (
            <PageButton to="/jobs/$jobId/edit" params={{ jobId: job.id }} {...small}>
              Edit the job
            </PageButton>
          )}
        </Group>
      )}
    </Stack>
  );
}
