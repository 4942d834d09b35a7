import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../../api/client.ts";
import { describeError } from "../../api/describe-error.ts";
import { useMe } from "../../api/me.ts";

interface NeedActionProps {
  readonly runId: string;
}

/** Does again what failed, as a new run, and leads to it. */
export function RunAgainButton({ runId }: NeedActionProps) {
  const navigate = useNavigate();
  return (
    <ControlButton
      label="Retry"
      act={() => api.runs.retryRun({ params: { id: runId } })}
      onDone={(run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } })}
    />
  );
}

export function ResumeButton({ runId }: NeedActionProps) {
  return <ControlButton label="Resume" act={() => api.runs.resumeRun({ params: { id: runId } })} />;
}

interface ControlButtonProps<Answer> {
  readonly label: string;
  readonly act: () => Promise<Answer>;
  readonly onDone?: (answer: Answer) => void;
}

/** Not offered to who may not, wherever: who may in one environment alone is told by the server. */
function ControlButton<Answer>({ label, act, onDone }: ControlButtonProps<Answer>) {
  const me = useMe();
  const queryClient = useQueryClient();
  const action = useMutation({
    mutationFn: act,
    onSuccess: (answer) => onDone?.(answer),
    onError: (error) => {
      const { message, hint } = describeError(error);
      notifications.show({ color: "red", title: "It was not done", message: `${message} ${hint ?? ""}` });
    },
    onSettled: () => {
      for (const key of ["overview", "runs"]) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
  if (![null, ...Object.keys(me.environments)].some((environment) => me.can("runs:control", environment)))
    return null;
  return (
    <Button size="compact-sm" variant="subtle" loading={action.isPending} onClick={() => action.mutate()}>
      {label}
    </Button>
  );
}
