import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { JobDefinition } from "@syncline/api";
import { isCodedError } from "@syncline/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { FormContext, useFormController } from "./form/form-controller.ts";
import { formOfDefinition } from "./form/form-of-definition.ts";
import { JobFormPage } from "./form/job-form-page.tsx";
import { VersionConflict } from "./form/version-conflict.tsx";
import { fixedBecause } from "./job-actions.ts";
import { placesOf } from "./job-places.ts";
import { type Job, jobQuery } from "./job-queries.ts";

/** A saved job, to be changed. */
export function EditJobPage() {
  const { jobId } = useParams({ from: "/shell/jobs/$jobId/edit" });
  const query = useQuery(jobQuery(jobId));
  return (
    <QueryBoundary query={query} failed="The job could not be read">
      {(latest) => <EditJob key={latest.id} latest={latest} />}
    </QueryBoundary>
  );
}

/** `latest` may become newer while the form is open. */
function EditJob({ latest }: { readonly latest: Job }) {
  const [begun, setBegun] = useState(latest);
  const [reason, setReason] = useState("");
  const [comparing, setComparing] = useState(false);
  const [initial] = useState(() => formOfDefinition(latest.definition));
  const controller = useFormController(initial);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (definition: JobDefinition) =>
      api.jobs.updateJob({
        params: { id: begun.id },
        body: {
          version: begun.version,
          definition,
          ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        },
      }),
    onSuccess: async (job) => {
      setBegun(job);
      controller.saved();
      queryClient.setQueryData(jobQuery(job.id).queryKey, job);
      for (const key of ["jobs", "timeline"]) void queryClient.invalidateQueries({ queryKey: [key] });
      notifications.show({ title: `${job.name} is saved`, message: `Version ${job.version}` });
      await navigate({ to: "/jobs/$jobId", params: { jobId: job.id }, ignoreBlocker: true });
    },
    onError: async (error) => {
      controller.refused(error);
      if (!isCodedError(error) || error.code !== "resource.changed") return;
      await queryClient.refetchQueries({ queryKey: jobQuery(begun.id).queryKey });
      setComparing(true);
    },
  });
  const moved = latest.version !== begun.version && !save.isPending;
  const changedMeanwhile = isCodedError(save.error) && save.error.code === "resource.changed";
  return (
    <>
      <PageHeader
        title={`Edit ${begun.name}`}
        trail={[
          <PageLink key="jobs" to="/jobs">
            Jobs
          </PageLink>,
          <PageLink key="job" to="/jobs/$jobId" params={{ jobId: begun.id }}>
            {begun.name}
          </PageLink>,
        ]}
        command={commandOf(["syncline", "service", "trigger", begun.name])}
        places={placesOf(latest.definition)}
      />
      <JobFormPage
        controller={controller}
        jobId={begun.id}
        action="Save"
        busy={save.isPending}
        error={changedMeanwhile ? null : save.error}
        onSave={(definition) => save.mutate(definition)}
        refusal={fixedBecause(begun)}
        notice={
          moved && (
            <Alert
              variant="outline"
              color="yellow"
              title="Somebody else saved this job meanwhile"
              styles={{ title: { color: "var(--sl-update)" } }}
            >
              <Group justify="space-between">
                <Text size="sm">
                  You began from version {begun.version}; version {latest.version} is there now. What you
                  typed is still here.
                </Text>
                <Button variant="default" size="xs" onClick={() => setComparing(true)}>
                  Compare both versions
                </Button>
              </Group>
            </Alert>
          )
        }
        beside={
          <TextInput
            label="Why"
            description="Shown in the job's timeline."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={2000}
            w="100%"
            maw={360}
          />
        }
      />
      <FormContext value={controller}>
        <VersionConflict
          opened={comparing}
          onClose={() => setComparing(false)}
          begun={begun}
          latest={latest}
          onRebased={(job) => {
            setBegun(job);
            save.reset();
          }}
        />
      </FormContext>
    </>
  );
}
