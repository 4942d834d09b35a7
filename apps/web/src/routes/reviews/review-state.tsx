import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { endingOf, type Review } from "./review-standing.ts";

/** What to look at before all else. Deletes come first and are red; nothing else is. */
export function Hazards({ hazards }: Pick<Review, "hazards">) {
  if (hazards.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label="Look at" mb="md">
      {hazards.map((hazard) => {
        const deletes = /delete/.test(hazard);
        const Icon = deletes ? IconTrash : IconAlertTriangle;
        return (
          <Group
            key={hazard}
            gap="xs"
            wrap="nowrap"
            className={deletes ? "sl-tint-delete" : "sl-tint-update"}
            px="sm"
            py={6}
            style={{ borderRadius: "var(--mantine-radius-sm)" }}
          >
            <Icon size={17} aria-hidden style={{ flex: "none" }} />
            <Text size="sm" fw={600}>
              {hazard}
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}

interface EndedProps {
  readonly review: Review;
  /** It was alive when the page was opened. */
  readonly meanwhile: boolean;
  readonly actions?: ReactNode;
}

/** How a review ended and what to do next; at once when it happens while it is read. */
export function Ended({ review, meanwhile, actions }: EndedProps) {
  const ending = endingOf(review);
  if (ending === null || review.state === "applied") return null;
  return (
    <Alert
      role="alert"
      variant="outline"
      color="yellow"
      mb="md"
      icon={<IconInfoCircle aria-hidden />}
      title={meanwhile ? `${ending.title} while you were reading` : ending.title}
      styles={{ title: { color: "var(--sl-update)" } }}
    >
      <Stack gap="xs" align="flex-start">
        {ending.reason !== null && (
          <Text size="sm" fw={600} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            <bdi>{ending.reason}</bdi>
          </Text>
        )}
        <Text size="sm">{ending.next}</Text>
        {ending.again && actions}
      </Stack>
    </Alert>
  );
}
