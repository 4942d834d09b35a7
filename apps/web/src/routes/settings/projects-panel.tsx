import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { selectProject } from "../../api/selected-project.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { type Project, projectsQuery } from "../people/people-query.ts";
import { problemOfName } from "../servers/connection-url.ts";

/** Projects keep servers, jobs, patches and reviews apart. */
export function ProjectsPanel() {
  const me = useMe();
  const projects = useQuery(projectsQuery);
  const [adding, setAdding] = useState(false);
  const mayAdd = me.canEverywhere("projects:write");
  const columns: readonly ListColumn<Project>[] = [
    {
      id: "name",
      header: "Project",
      cell: ({ id, name }) => (
        <Group gap={8}>
          <Text component="span" inherit fw={600}>
            <bdi>{name}</bdi>
          </Text>
          {id === me.projectId && <StateBadge state="open" label="you are in it" />}
        </Group>
      ),
    },
    { id: "slug", header: "Short name", cell: ({ slug }) => <span className="sl-mono">{slug}</span> },
    { id: "made", header: "Made", cell: ({ createdAt }) => <Ago at={createdAt} /> },
    {
      id: "actions",
      header: <span className="sl-visually-hidden">Actions</span>,
      align: "right",
      cell: ({ id, slug, name }) =>
        id === me.projectId ? null : (
          <Button variant="default" size="xs" onClick={() => selectProject(slug)}>
            Go to {name}
          </Button>
        ),
    },
  ];
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          Servers, jobs, patches and reviews belong to one project; people, webhooks and the audit log to all.
        </Text>
        {mayAdd && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            Create a project
          </Button>
        )}
      </Group>
      <QueryBoundary query={projects} failed="The projects could not be read">
        {({ items }) => (
          <ListTable
            label="Projects"
            rows={items}
            rowKey={({ id }) => id}
            columns={columns}
            empty={<EmptyState title="No projects" />}
          />
        )}
      </QueryBoundary>
      <Modal
        opened={adding}
        onClose={() => setAdding(false)}
        title="Create a project"
        closeOnClickOutside={false}
      >
        {adding && (
          <Form
            taken={(projects.data?.items ?? []).map(({ slug }) => slug)}
            onClose={() => setAdding(false)}
          />
        )}
      </Modal>
    </Stack>
  );
}

function Form({ taken, onClose }: { readonly taken: readonly string[]; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const short = slug ?? slugOf(name);
  const slugProblem = problemOfName(short, taken);
  const create = useMutation({
    mutationFn: () => api.access.createProject({ body: { slug: short, name: name.trim() } }),
    onSuccess: async (made) => {
      notifications.show({ message: `${made.name} was created.` });
      onClose();
      await queryClient.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (name.trim() !== "" && slugProblem === null) create.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={tried && name.trim() === "" ? "Give it a name." : null}
          maxLength={200}
          data-autofocus
        />
        <TextInput
          label="Short name"
          description="Command lines and keys use it; it stays."
          required
          value={short}
          onChange={(event) => setSlug(event.currentTarget.value)}
          error={tried || slug !== null ? slugProblem : null}
          spellCheck={false}
        />
        {create.error !== null && <ErrorState what="The project was not created" error={create.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const LONGEST = 63;

function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+|-+$/g, "")
    .slice(0, LONGEST);
}
