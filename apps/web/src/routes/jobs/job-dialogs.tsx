import { Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { ShownOnce } from "../../components/shown-once.tsx";
import { useRunJob } from "./job-actions.ts";
import type { Job } from "./job-queries.ts";

export type JobDialog = "delete" | "allow-deletes" | "reset-pair" | "hook" | "review";

interface JobDialogsProps {
  readonly job: Job;
  readonly opened: JobDialog | null;
  readonly onClose: () => void;
}

/** What is asked about before it is done to a job. */
export function JobDialogs(props: JobDialogsProps) {
  return (
    <>
      <DeleteDialog {...props} />
      <AllowDeletesDialog {...props} />
      <ResetPairDialog {...props} />
      <HookDialog {...props} />
      <ReviewDialog {...props} />
    </>
  );
}

function DeleteDialog({ job, opened, onClose }: JobDialogsProps) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.jobs.deleteJob({ params: { id: job.id } }),
    onSuccess: async () => {
      notifications.show({ title: `${job.name} is deleted`, message: "Its runs stay in the list of runs." });
      await navigate({ to: "/jobs" });
      await queryClient.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  return (
    <ConfirmDialog
      opened={opened === "delete"}
      onClose={onClose}
      title={`Delete ${job.name}?`}
      action="Delete the job"
      typed={job.name}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
    >
      <Text size="sm">
        Its schedule and its hook stop working
        {job.kind === "bi-sync"
          ? ", what both places agreed on is forgotten, and its conflicts are closed"
          : ""}
        . Its runs and what they wrote stay.
      </Text>
    </ConfirmDialog>
  );
}

function AllowDeletesDialog({ job, opened, onClose }: JobDialogsProps) {
  const navigate = useNavigate();
  const run = useRunJob();
  return (
    <ConfirmDialog
      opened={opened === "allow-deletes"}
      onClose={onClose}
      title="Run one cycle without the limits of deletes?"
      action="Run without the limits"
      typed={job.name}
      danger
      busy={run.isPending}
      error={run.error}
      onConfirm={() =>
        run.mutate(
          { id: job.id, allowDeletes: true },
          { onSuccess: ({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } }) },
        )
      }
    >
      <Text size="sm">
        This one cycle deletes as many rows as either side has deleted since the last one. Look at both places
        first: a side that was emptied by mistake would empty the other one. Later cycles have their limits
        again.
      </Text>
    </ConfirmDialog>
  );
}

function ResetPairDialog({ job, opened, onClose }: JobDialogsProps) {
  const queryClient = useQueryClient();
  const reset = useMutation({
    mutationFn: () => api.conflicts.resetPair({ params: { id: job.id } }),
    onSuccess: () => {
      onClose();
      for (const key of ["jobs", "timeline", "conflicts"])
        void queryClient.invalidateQueries({ queryKey: [key] });
      notifications.show({ title: "Forgotten", message: "The next cycle is a first contact." });
    },
  });
  return (
    <ConfirmDialog
      opened={opened === "reset-pair"}
      onClose={onClose}
      title="Forget what both places agreed on?"
      action="Forget it"
      typed={job.name}
      danger
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
    >
      <Text size="sm">
        The next cycle is a first contact: rows that only one side has go to the other one, also such as the
        other one had deleted; rows that differ under one key are conflicts. No row changes before that cycle.
      </Text>
    </ConfirmDialog>
  );
}

function HookDialog({ job, opened, onClose }: JobDialogsProps) {
  const [path, setPath] = useState<string | null>(null);
  const queryClient = useQueryClient();
  const rotate = useMutation({
    mutationFn: () => api.jobs.rotateHook({ params: { id: job.id } }),
    onSuccess: (hook) => {
      setPath(hook.path);
      onClose();
      for (const key of ["jobs", "timeline"]) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  });
  const url = path === null ? null : `${location.origin}${path}`;
  return (
    <>
      <ConfirmDialog
        opened={opened === "hook"}
        onClose={onClose}
        title={job.hasHook ? "Make a new hook?" : "Make a hook?"}
        action={job.hasHook ? "Make a new one" : "Make it"}
        busy={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate()}
      >
        <Text size="sm">
          A hook is an address: whoever sends a POST there starts this job, without other credentials.
          {job.hasHook && " The address of before stops working at once."}
        </Text>
      </ConfirmDialog>
      <ShownOnce title="The hook of this job" what="address" value={url} onClose={() => setPath(null)}>
        <Text size="sm">A POST to it starts {job.name}. Its body is not read.</Text>
        {url !== null && <CommandLine command={commandOf(["curl", "-X", "POST", url])} />}
      </ShownOnce>
    </>
  );
}

function ReviewDialog({ job, opened, onClose }: JobDialogsProps) {
  const [title, setTitle] = useState(`Runs of ${job.name}`);
  const [description, setDescription] = useState("");
  const navigate = useNavigate();
  const open = useMutation({
    mutationFn: () => api.reviews.openReview({ body: { title: title.trim(), description, job: job.id } }),
    onSuccess: ({ id }) => navigate({ to: "/reviews/$reviewId", params: { reviewId: id } }),
  });
  return (
    <ConfirmDialog
      opened={opened === "review"}
      onClose={onClose}
      title="Ask for a review"
      action="Ask for it"
      disabled={title.trim() === ""}
      busy={open.isPending}
      error={open.error}
      onConfirm={() => open.mutate()}
    >
      <Stack gap="sm">
        <Text size="sm">
          Once it is approved, it stands for every run of this job until it ends, or until the job changes.
        </Text>
        <TextInput
          label="Title"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          maxLength={200}
          withAsterisk
        />
        <Textarea
          label="What reviewers should know"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          autosize
          minRows={2}
        />
      </Stack>
    </ConfirmDialog>
  );
}
