import { notifications } from "@mantine/notifications";
import type { JobDefinition } from "@syncline/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { useFormController } from "./form/form-controller.ts";
import { formOfDefinition } from "./form/form-of-definition.ts";
import { EMPTY_FORM, type JobForm, withKind } from "./form/job-form.ts";
import { JobFormPage } from "./form/job-form-page.tsx";
import { jobQuery } from "./job-queries.ts";

const route = getRouteApi("/shell/jobs/new");

/** A new job: empty, as the address says, or as a saved one is. */
export function NewJobPage() {
  const { from } = route.useSearch();
  return from === undefined ? <NewJob /> : <Duplicate jobId={from} />;
}

function Duplicate({ jobId }: { readonly jobId: string }) {
  const query = useQuery(jobQuery(jobId));
  return (
    <QueryBoundary query={query} failed="The job that the new one begins as could not be read">
      {({ definition }) => (
        <NewJob begun={{ ...formOfDefinition(definition), name: copyName(definition.name) }} />
      )}
    </QueryBoundary>
  );
}

const LONGEST_NAME = 63;
const copyName = (name: string) => `${name.slice(0, LONGEST_NAME - 5)}-copy`;

function NewJob({ begun }: { readonly begun?: JobForm }) {
  const { kind, source, target, definition } = route.useSearch();
  const [initial] = useState(() => begun ?? formOfAddress({ kind, source, target, definition }));
  const controller = useFormController(initial);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (body: JobDefinition) => api.jobs.createJob({ body }),
    onSuccess: async ({ id, name }) => {
      await queryClient.invalidateQueries({ queryKey: ["jobs"] });
      notifications.show({
        title: `${name} is saved`,
        message: "It runs by its schedule, by its hook, or by hand.",
      });
      await navigate({ to: "/jobs/$jobId", params: { jobId: id }, ignoreBlocker: true });
    },
    onError: controller.refused,
  });
  const { form } = controller;
  return (
    <>
      <PageHeader
        title="Create a job"
        trail={[
          <PageLink key="jobs" to="/jobs">
            Jobs
          </PageLink>,
        ]}
        description="What shall be done, to which rows, how, and when. It is checked while you type."
        command="syncline config check"
        places={[form.source, form.target].filter((place) => place !== "")}
      />
      <JobFormPage
        controller={controller}
        jobId={null}
        action="Create the job"
        busy={create.isPending}
        error={create.error}
        onSave={(body) => create.mutate(body)}
      />
    </>
  );
}

interface Address {
  readonly kind: JobForm["kind"] | undefined;
  readonly source: string | undefined;
  readonly target: string | undefined;
  readonly definition: Readonly<Record<string, unknown>> | undefined;
}

function formOfAddress({ kind, source, target, definition }: Address): JobForm {
  const form = definition === undefined ? EMPTY_FORM : formOfDefinition(definition);
  return withKind(
    { ...form, ...(source === undefined ? {} : { source }), ...(target === undefined ? {} : { target }) },
    kind ?? form.kind,
  );
}
