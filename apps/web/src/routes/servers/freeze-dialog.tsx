import { Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import type { KnownEnvironment } from "./known-environments.ts";

interface FreezeDialogProps {
  /** Null: closed. */
  readonly environment: KnownEnvironment | null;
  readonly onClose: () => void;
}

const LONGEST_REASON = 500;

/** Stops all writes to an environment, with the reason that others will read; or lets them go on. */
export function FreezeDialog({ environment, onClose }: FreezeDialogProps) {
  const [reason, setReason] = useState("");
  const queryClient = useQueryClient();
  const name = environment?.name ?? "";
  const thaws = environment !== null && environment.frozen !== null;
  const change = useMutation({
    mutationFn: () =>
      thaws
        ? api.environments.thawEnvironment({ params: { name } })
        : api.environments.freezeEnvironment({ params: { name }, body: { reason: reason.trim() } }),
    onSuccess: async () => {
      notifications.show({ message: thaws ? `${name} takes writes again.` : `${name} is frozen.` });
      await queryClient.invalidateQueries({ queryKey: ["environments"] });
      close();
    },
  });
  const close = () => {
    setReason("");
    change.reset();
    onClose();
  };
  const servers = environment?.servers ?? [];
  return (
    <ConfirmDialog
      opened={environment !== null}
      onClose={close}
      title={thaws ? `Thaw ${name}?` : `Freeze ${name}?`}
      action={thaws ? "Let writes go on" : "Freeze"}
      disabled={!thaws && reason.trim() === ""}
      busy={change.isPending}
      error={change.error}
      onConfirm={() => change.mutate()}
    >
      {thaws ? (
        <Text size="sm">
          It was frozen because: “{environment.frozen?.reason}”. Applies, copies, undos and jobs may write
          there again{environment.config?.frozen == null ? "" : ", once the config file ends its own freeze"}.
        </Text>
      ) : (
        <>
          <Text size="sm">
            Nothing is written to{" "}
            {servers.length === 0 ? "its servers" : <span className="sl-mono">{servers.join(", ")}</span>}{" "}
            until somebody thaws it: no applies, copies, undos or imports, and no scheduled job. Comparing
            goes on.
          </Text>
          <Textarea
            label="Reason"
            description="Everybody whose write is refused reads it."
            placeholder="Stock-taking until Monday"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={LONGEST_REASON}
            autosize
            minRows={2}
            required
            data-autofocus
          />
        </>
      )}
    </ConfirmDialog>
  );
}
