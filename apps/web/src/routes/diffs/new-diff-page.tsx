import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { JobDefinition } from "@syncline/api";
import { IconArrowsDiff, IconDeviceFloppy, IconSwitchHorizontal } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { usePlaceFacts } from "../../api/places.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { FormContext, useFormController } from "../jobs/form/form-controller.ts";
import { formOfDefinition } from "../jobs/form/form-of-definition.ts";
import { jobCommand } from "../jobs/form/job-command.ts";
import { EMPTY_FORM, type JobForm } from "../jobs/form/job-form.ts";
import { PlacesSection } from "../jobs/form/places-section.tsx";
import { RowsSection } from "../jobs/form/rows-section.tsx";
import { ComparisonLimits } from "./new/comparison-limits.tsx";
import { ComparisonProgress } from "./new/comparison-progress.tsx";
import { diffRequest } from "./new/diff-request.ts";

const route = getRouteApi("/shell/diffs/new");

/** Of the run; the API wants none for a comparison that is made once. */
const NAME = "diff";

/** A comparison that is made once: what, how far, then its progress and its differences. */
export function NewDiffPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const [initial] = useState(() => formOfAddress(search));
  const controller = useFormController(initial);
  const { form, set, checked, submit } = controller;
  const element = useRef<HTMLFormElement>(null);
  const refusal = useRefusal([form.source, form.target]);
  const start = useMutation({
    mutationFn: (definition: JobDefinition) => api.diffs.startDiff({ body: diffRequest(definition) }),
    onSuccess: async ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["runs"] });
      await navigate({ search: (now) => ({ ...now, run: id }), replace: true, resetScroll: false });
    },
    onError: controller.refused,
  });
  const begin = () => {
    const { definition } = checked;
    if (start.isPending || refusal !== null) return;
    if (submit() && definition !== null) start.mutate(definition);
    else
      requestAnimationFrame(() =>
        element.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-error] input")?.focus(),
      );
  };
  useShortcuts("This comparison", [{ keys: "mod+Enter", label: "Compare", run: begin, whileTyping: true }]);
  const places = [form.source, form.target].filter((place) => place !== "");
  return (
    <FormContext value={controller}>
      <PageHeader
        title="Compare two places"
        trail={[
          <PageLink key="list" to="/diffs">
            Comparisons
          </PageLink>,
        ]}
        description="The result says what would make the target equal the source. Nothing is written to either side."
        places={places}
        command={commandOfForm(form, checked.definition)}
      />
      <form
        ref={element}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <Stack gap="md" maw={980}>
          {search.run !== undefined && (
            <ComparisonProgress
              key={search.run}
              runId={search.run}
              onClose={() => void navigate({ search: ({ run: _, ...now }) => now, replace: true })}
            />
          )}
          <PlacesSection />
          <Group>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconSwitchHorizontal size={14} aria-hidden />}
              onClick={() => set({ source: form.target, target: form.source })}
            >
              Swap source and target
            </Button>
          </Group>
          <RowsSection />
          <ComparisonLimits />
          {start.error !== null && <ErrorState what="The comparison did not start" error={start.error} />}
          {refusal !== null && (
            <Alert variant="outline" color="yellow">
              {refusal}
            </Alert>
          )}
          <Group gap="sm" className="sl-card" p="sm" style={{ position: "sticky", bottom: 8, zIndex: 2 }}>
            <Button
              type="submit"
              loading={start.isPending}
              disabled={refusal !== null}
              leftSection={<IconArrowsDiff size={16} aria-hidden />}
              aria-keyshortcuts="Control+Enter Meta+Enter"
            >
              Compare
            </Button>
            <PageButton
              to="/jobs/new"
              search={{ kind: "diff", definition: savedDefinition(checked.definition, form) }}
              variant="default"
              leftSection={<IconDeviceFloppy size={16} aria-hidden />}
            >
              Save as a job
            </PageButton>
            <Text size="sm" c="dimmed" role="status">
              {checked.problems.size > 0 && `${counted(checked.problems.size, "field")} to fill or to mend`}
            </Text>
          </Group>
        </Stack>
      </form>
    </FormContext>
  );
}

type Search = ReturnType<typeof route.useSearch>;

function formOfAddress({ source, target, definition }: Search): JobForm {
  const form = definition === undefined ? EMPTY_FORM : formOfDefinition({ ...definition, kind: "diff" });
  return {
    ...form,
    kind: "diff",
    name: NAME,
    ...(source === undefined ? {} : { source }),
    ...(target === undefined ? {} : { target }),
  };
}

function commandOfForm({ source, target }: JobForm, definition: JobDefinition | null): string {
  const whole = definition === null ? null : jobCommand(definition);
  return whole ?? commandOf(["syncline", "diff", source || "server:tenant:*", target || "server:tenant:*"]);
}

/** What the form of jobs begins with; it asks for a name of its own. */
function savedDefinition(definition: JobDefinition | null, form: JobForm): Record<string, unknown> {
  const { name: _, ...rest } = definition ?? { name: "", source: form.source, target: form.target };
  return { ...rest, kind: "diff" };
}

/** Why somebody may not compare these places; null: they may, as far as it can be told. */
function useRefusal(places: readonly string[]): string | null {
  const me = useMe();
  const factsOf = usePlaceFacts();
  if (me.can("rows:diff")) return null;
  const chosen = places.filter((place) => place !== "");
  const lacking = chosen.find((place) => !me.can("rows:diff", factsOf(place)?.environment ?? null));
  if (lacking !== undefined) return `Your role does not allow you to compare ${lacking}.`;
  const nowhere = Object.keys(me.environments).length === 0;
  return nowhere ? "Your role does not allow you to compare places; it takes that of an operator." : null;
}
