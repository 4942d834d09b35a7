import { Alert, Box, Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { JobDefinition } from "@syncline/api";
import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { useMe } from "../../../api/me.ts";
import { usePlaceFacts } from "../../../api/places.ts";
import { useShortcuts } from "../../../app/shortcuts.tsx";
import { ErrorState } from "../../../components/error-state.tsx";
import { counted } from "../../../components/number-text.ts";
import { placesOf } from "../job-places.ts";
import { JobText } from "../job-text.tsx";
import { DryRun } from "./dry-run.tsx";
import { FormContext, type FormController } from "./form-controller.ts";
import { JobSection } from "./job-section.tsx";
import { LimitsSection } from "./limits-section.tsx";
import { PlacesSection } from "./places-section.tsx";
import { RowsSection } from "./rows-section.tsx";
import { ScheduleSection } from "./schedule-section.tsx";
import { WritingSection } from "./writing-section.tsx";

interface JobFormPageProps {
  readonly controller: FormController;
  /** Null: a new one. */
  readonly jobId: string | null;
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSave: (definition: JobDefinition) => void;
  /** Null: it may be saved. */
  readonly refusal?: string | null;
  /** Above the form. */
  readonly notice?: ReactNode;
  /** Beside the button that saves. */
  readonly beside?: ReactNode;
}

/** The form of all kinds of jobs, with what it comes to beside it. */
export function JobFormPage(props: JobFormPageProps) {
  const { controller, jobId, action, busy, error, onSave, refusal = null, notice, beside } = props;
  const formElement = useRef<HTMLFormElement>(null);
  const mayNot = useRefusal(controller);
  const { checked, submit, changed } = controller;
  const toFirstProblem = () =>
    requestAnimationFrame(() =>
      formElement.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-error] input")?.focus(),
    );
  const save = () => {
    const { definition } = checked;
    if (busy || refusal !== null || mayNot !== null) return;
    if (submit() && definition !== null) onSave(definition);
    else toFirstProblem();
  };
  useShortcuts("This job", [{ keys: "mod+Enter", label: "Save it", run: save, whileTyping: true }]);
  const why = refusal ?? mayNot;
  return (
    <FormContext value={controller}>
      <LeaveGuard changed={changed && !busy} />
      <form
        ref={formElement}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Group align="flex-start" gap="md" wrap="wrap">
          <Stack gap="md" flex={1} miw={320}>
            {notice}
            <JobSection fixedKind={jobId !== null} />
            <PlacesSection />
            <RowsSection />
            <WritingSection />
            <ScheduleSection />
            <LimitsSection />
            <Stack
              gap="sm"
              p="sm"
              className="sl-card"
              style={{ position: "sticky", bottom: 8, zIndex: 5, boxShadow: "var(--mantine-shadow-sm)" }}
            >
              {error !== null && error !== undefined && (
                <ErrorState what="The job was not saved" error={error} />
              )}
              {why !== null && (
                <Alert variant="outline" color="yellow">
                  {why}
                </Alert>
              )}
              <Group gap="sm" align={beside === undefined ? "center" : "flex-end"}>
                {beside}
                <Button
                  type="submit"
                  loading={busy}
                  disabled={why !== null}
                  aria-keyshortcuts="Control+Enter Meta+Enter"
                >
                  {action}
                </Button>
                <ProblemCount controller={controller} />
              </Group>
            </Stack>
          </Stack>
          <Box w={{ base: "100%", lg: 400 }} style={{ position: "sticky", top: 60 }}>
            <Stack gap="md">
              <JobText definition={checked.definition} />
              <DryRun jobId={jobId} refusal={mayNot} onInvalid={toFirstProblem} />
            </Stack>
          </Box>
        </Group>
      </form>
    </FormContext>
  );
}

function ProblemCount({ controller: { checked, changed } }: { readonly controller: FormController }) {
  const { size } = checked.problems;
  return (
    <Text size="sm" c="dimmed" role="status">
      {size > 0 ? `${counted(size, "field")} to fill or to mend` : changed ? "Not saved yet" : ""}
    </Text>
  );
}

/** What the server would refuse is not offered. */
function useRefusal({ form, checked }: FormController): string | null {
  const me = useMe();
  const factsOf = usePlaceFacts();
  if (me.can("jobs:write")) return null;
  const places =
    checked.definition === null
      ? [form.source, form.target].filter((place) => place !== "")
      : placesOf(checked.definition);
  const lacking = places.find((place) => !me.can("jobs:write", factsOf(place)?.environment ?? null));
  if (lacking === undefined && Object.keys(me.environments).length > 0) return null;
  return lacking === undefined
    ? "Your role does not allow you to save jobs."
    : `Your role does not allow you to save jobs at ${lacking}.`;
}

/** Asks before what was typed is left behind. */
function LeaveGuard({ changed }: { readonly changed: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => changed && current.pathname !== next.pathname,
    enableBeforeUnload: changed,
    withResolver: true,
  });
  return (
    <Modal opened={status === "blocked"} onClose={() => reset?.()} title="Leave without saving?">
      <Stack gap="md">
        <Text size="sm">What you typed into this form is not saved.</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => proceed?.()}>
            Leave it
          </Button>
          <Button onClick={() => reset?.()} data-autofocus>
            Stay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
