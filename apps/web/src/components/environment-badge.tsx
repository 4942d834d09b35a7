import { Badge, Box, Group, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { databasesQuery, usePlaceFacts } from "../api/places.ts";
import { environmentColor } from "./environment-color.ts";

/** An environment's name in its colour, the same everywhere. */
export function EnvironmentBadge({ name }: { readonly name: string }) {
  return (
    <Badge
      variant="filled"
      radius="sm"
      tt="none"
      styles={{
        root: {
          backgroundColor: environmentColor(name),
          color: "#fff",
          flex: "none",
          minWidth: "max-content",
        },
      }}
    >
      {name}
    </Badge>
  );
}

/** Above a page's title: which environments it is about. A line of colour for each. */
export function EnvironmentStripe({ places }: { readonly places: readonly string[] }) {
  const factsOf = usePlaceFacts();
  const ready = useQuery(databasesQuery).data !== undefined;
  const facts = places.map((place) => factsOf(place)).filter((each) => each !== null);
  // The line that probably comes keeps its place, so that a title that is read does not move.
  if (!ready) return <Box h={22} />;
  const environments = [...new Set(facts.flatMap(({ environment }) => environment ?? []))];
  if (environments.length === 0) return null;
  return (
    <Group gap="lg" role="note" aria-label="Environments of this page">
      {environments.map((name) => {
        const guarded = facts.find(
          ({ environment, protection }) =>
            environment === name && protection !== null && protection !== "open",
        );
        return (
          <Group
            key={name}
            gap="xs"
            pl="xs"
            style={{ borderLeft: `4px solid ${environmentColor(name)}`, lineHeight: 1.2 }}
          >
            <EnvironmentBadge name={name} />
            {guarded !== undefined && (
              <Text size="xs" c="dimmed" component="span">
                <IconLock size={12} aria-hidden style={{ verticalAlign: "-2px" }} /> {guarded.server} is{" "}
                {guarded.protection === "readonly" ? "read-only" : "protected"}
              </Text>
            )}
          </Group>
        );
      })}
    </Group>
  );
}
