import { Button, Text, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay, IconRefresh, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { describeError } from "../../api/describe-error.ts";
import { useMe } from "../../api/me.ts";
import { usePlaceFacts } from "../../api/places.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { optionsOf } from "./run-state.ts";
import { targetOf } from "./run-words.ts";
import { type Run, runQuery } from "./runs-query.ts";

type Control = "cancel" | "pause" | "resume" | "retry";

/** Cancel, pause, resume and retry, as far as the run's state and the person's role allow. */
export function RunControls({ run }: { readonly run: Run }) {
  const options = optionsOf(run);
  const control = useControl(run);
  const [cancels, setCancels] = useState(false);
  const target = targetOf(run.definition);
  const factsOf = usePlaceFacts();
  const environment = target === null ? null : (factsOf(target)?.environment ?? null);
  const allowed = useMe().can("runs:control", environment);
  const busy = (which: Control) => control.isPending && control.variables === which;
  useShortcuts("Run", [
    ...(allowed && options.pause ? [{ keys: "p", label: "Pause", run: () => control.mutate("pause") }] : []),
    ...(allowed && options.resume
      ? [{ keys: "p", label: "Resume", run: () => control.mutate("resume") }]
      : []),
    ...(allowed && options.cancel ? [{ keys: "x", label: "Cancel", run: () => setCancels(true) }] : []),
    ...(allowed && options.retry ? [{ keys: "t", label: "Retry", run: () => control.mutate("retry") }] : []),
  ]);
  const button = (which: Control, label: string, icon: ReactNode, act: () => void) => (
    <Tooltip
      key={which}
      label={`It takes the role operator${environment === null ? "" : ` in ${environment}`}.`}
      disabled={allowed}
    >
      <Button
        variant="default"
        size="xs"
        leftSection={icon}
        onClick={() => allowed && act()}
        data-disabled={allowed ? undefined : true}
        aria-disabled={!allowed}
        loading={busy(which)}
      >
        {label}
      </Button>
    </Tooltip>
  );
  return (
    <>
      {options.resume &&
        button("resume", "Resume", <IconPlayerPlay size={14} aria-hidden />, () => control.mutate("resume"))}
      {options.pause &&
        button("pause", "Pause", <IconPlayerPause size={14} aria-hidden />, () => control.mutate("pause"))}
      {options.cancel && button("cancel", "Cancel", <IconX size={14} aria-hidden />, () => setCancels(true))}
      {options.retry &&
        button(
          "retry",
          run.state === "partial" ? "Retry what failed" : "Retry",
          <IconRefresh size={14} aria-hidden />,
          () => control.mutate("retry"),
        )}
      <ConfirmDialog
        opened={cancels}
        onClose={() => setCancels(false)}
        title="Cancel this run?"
        action="Cancel the run"
        busy={busy("cancel")}
        onConfirm={() => {
          setCancels(false);
          control.mutate("cancel");
        }}
      >
        <Text size="sm">
          Its workers stop at the next safe point. What is committed already stays and is reported as done; an
          open transaction is rolled back. To go on later, pause it instead.
        </Text>
      </ConfirmDialog>
    </>
  );
}

function useControl({ id }: Run) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (control: Control) => {
      const input = { params: { id } };
      switch (control) {
        case "cancel":
          return api.runs.cancelRun(input);
        case "pause":
          return api.runs.pauseRun(input);
        case "resume":
          return api.runs.resumeRun(input);
        case "retry":
          return api.runs.retryRun(input);
      }
    },
    onSuccess: (answered, control) => {
      if (control === "retry") {
        notifications.show({ message: "A new run does what failed again." });
        void navigate({ to: "/runs/$runId", params: { runId: answered.id } });
      } else queryClient.setQueryData(runQuery(id).queryKey, answered);
      void queryClient.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: (error) => {
      const { message, hint } = describeError(error);
      notifications.show({
        color: "red",
        title: "It was not done",
        message: `${message} ${hint ?? ""}`,
        autoClose: false,
      });
      void queryClient.invalidateQueries({ queryKey: ["runs", "one", id] });
    },
  });
}
