import { Group, Text } from "@mantine/core";
import { usePlaceFacts } from "../api/places.ts";
import { EnvironmentBadge } from "./environment-badge.tsx";

/** A locator with the environment of its server. */
export function PlaceText({ place }: { readonly place: string }) {
  const facts = usePlaceFacts()(place);
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex" style={{ minWidth: 0 }}>
      <Text component="span" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
        {place}
      </Text>
      {facts !== null && facts.environment !== null && <EnvironmentBadge name={facts.environment} />}
    </Group>
  );
}
