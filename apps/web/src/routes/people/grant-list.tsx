import { Group, Text } from "@mantine/core";
import { StateBadge } from "../../components/state-badge.tsx";
import { grantKey, grantPlace, type NamedGrant } from "./grant-text.ts";

/** Roles with where they hold. */
export function GrantList({ grants }: { readonly grants: readonly NamedGrant[] }) {
  if (grants.length === 0)
    return (
      <Text component="span" size="sm" c="dimmed">
        no roles: may do nothing
      </Text>
    );
  return (
    <Group gap={8}>
      {grants.map((grant) => (
        <Group key={grantKey(grant)} gap={4} wrap="nowrap" component="span" display="inline-flex">
          <StateBadge state={grant.role} />
          <Text component="span" size="xs" c="dimmed">
            {grantPlace(grant)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
