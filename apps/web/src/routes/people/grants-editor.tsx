import { ActionIcon, Button, Group, Select, Stack, Text, Tooltip } from "@mantine/core";
import { ROLES, type Role } from "@syncline/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../api/me.ts";
import { environmentsQuery } from "../servers/environments-query.ts";
import { grantPlace, type NamedGrant, ROLE_TEXT } from "./grant-text.ts";
import { projectsQuery } from "./people-query.ts";

interface GrantsEditorProps {
  readonly grants: readonly NamedGrant[];
  readonly onChange: (grants: readonly NamedGrant[]) => void;
}

const EVERYWHERE = "*";

/** Roles, each in the whole organization, in a project, or in an environment of it. */
export function GrantsEditor({ grants, onChange }: GrantsEditorProps) {
  const places = usePlaces(grants);
  const change = (at: number, grant: NamedGrant) =>
    onChange(grants.map((each, n) => (n === at ? grant : each)));
  return (
    <Stack gap="xs" role="group" aria-label="Roles">
      {grants.length === 0 && (
        <Text size="sm" c="dimmed">
          Without a role they can sign in and do nothing.
        </Text>
      )}
      {grants.map((grant, at) => (
        <Group key={at} gap="xs" align="flex-start" wrap="nowrap">
          <Select
            aria-label={`Role ${at + 1}`}
            value={grant.role}
            onChange={(role) => change(at, { ...grant, role: (role ?? grant.role) as Role })}
            data={[...ROLES]}
            allowDeselect={false}
            w={130}
          />
          <Select
            aria-label={`Where role ${at + 1} holds`}
            value={placeKey(grant)}
            onChange={(key) => {
              const place = places.find((each) => placeKey(each) === key);
              if (place !== undefined) change(at, { ...place, role: grant.role });
            }}
            data={places.map((place) => ({ value: placeKey(place), label: grantPlace(place) }))}
            allowDeselect={false}
            searchable
            style={{ flex: 1 }}
          />
          <Tooltip label="Take this role away">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`Take role ${at + 1} away`}
              onClick={() => onChange(grants.filter((_, n) => n !== at))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...grants, NEW_GRANT(places)])}
        >
          Add a role
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {ROLES.map((role) => `${role}: ${ROLE_TEXT[role]}`).join(" · ")}.
      </Text>
    </Stack>
  );
}

type GrantPlace = Omit<NamedGrant, "role">;

const ORGANIZATION: GrantPlace = { projectId: null, environmentId: null, project: null, environment: null };
const NEW_GRANT = (places: readonly GrantPlace[]): NamedGrant => ({
  ...(places.find(({ projectId }) => projectId !== null) ?? ORGANIZATION),
  role: "viewer",
});

function placeKey({ projectId, environmentId }: GrantPlace): string {
  return `${projectId ?? EVERYWHERE} ${environmentId ?? EVERYWHERE}`;
}

/** Where a role can hold: environments are those of the project that is looked at, and those of roles that are there. */
function usePlaces(grants: readonly NamedGrant[]): readonly GrantPlace[] {
  const me = useMe();
  const projects = useQuery(projectsQuery);
  const environments = useQuery(environmentsQuery);
  const all = [
    ORGANIZATION,
    ...(projects.data?.items ?? []).flatMap(({ id, slug }) => [
      { projectId: id, environmentId: null, project: slug, environment: null },
      ...(id === me.projectId
        ? (environments.data?.items ?? []).map(({ id: environmentId, name }) => ({
            projectId: id,
            environmentId,
            project: slug,
            environment: name,
          }))
        : []),
    ]),
    ...grants.map(({ role: _, ...place }) => place),
  ];
  return [...new Map(all.map((place) => [placeKey(place), place])).values()];
}
