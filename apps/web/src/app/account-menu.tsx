import { Button, Menu, SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconLogout, IconUser } from "@tabler/icons-react";
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/client.ts";
import { describeError } from "../api/describe-error.ts";
import { useMe } from "../api/me.ts";
import { selectProject } from "../api/selected-project.ts";
import { signOut } from "../api/sign-out.ts";

const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) => api.access.listProjects({ query: { limit: 200 }, signal }),
  staleTime: 60_000,
});

/** Who is signed in, the project, the colours, the way out. */
export function AccountMenu() {
  const me = useMe();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const projects = useQuery({ ...projectsQuery, enabled: me.can("projects:read") });
  const name = me.user?.name ?? me.actor;
  const leaving = useMutation({
    mutationFn: signOut,
    onError: (error) =>
      notifications.show({
        color: "red",
        title: "You are still signed in",
        message: describeError(error).message,
      }),
  });
  return (
    <Menu position="bottom-end" width={260} withinPortal>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          size="xs"
          leftSection={<IconUser size={15} aria-hidden />}
          aria-label={`Account of ${name}`}
        >
          <Text component="span" size="sm" truncate maw={140}>
            {name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label c="dimmed">{me.user?.email ?? me.actor}</Menu.Label>
        <Menu.Item leftSection={<IconUser size={15} />} onClick={() => void navigate({ to: "/account" })}>
          Your account
        </Menu.Item>
        {projects.data !== undefined && projects.data.items.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label c="dimmed">Project</Menu.Label>
            {projects.data.items.map(({ id, slug, name: project }) => (
              <Menu.Item
                key={id}
                leftSection={<IconCheck size={15} style={{ opacity: id === me.projectId ? 1 : 0 }} />}
                onClick={() => selectProject(slug)}
              >
                {project}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Label c="dimmed">Colours</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Colours"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
            { value: "auto", label: "System" },
          ]}
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => leaving.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
