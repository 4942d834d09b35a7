import { Group, Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { CommandLine } from "../../components/command-line.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { reviewQuery } from "../reviews/review-queries.ts";
import type { ListedReview } from "../reviews/review-standing.ts";
import type { Patch } from "./patch-queries.ts";
import { SignatureList } from "./signature-list.tsx";

interface PatchReviewsProps {
  readonly patch: Patch;
  readonly reviews: readonly ListedReview[];
  readonly environment: string | null;
}

/** Who looked at a patch, and the signatures that its file carries from them. */
export function PatchReviews({ patch, reviews, environment }: PatchReviewsProps) {
  const details = useQueries({ queries: reviews.slice(0, 10).map(({ id }) => reviewQuery(id)) });
  const decisions = details.flatMap(({ data }) => data?.decisions ?? []);
  return (
    <Stack gap="sm">
      {reviews.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody has been asked to look at it.
        </Text>
      )}
      {reviews.map(({ id, number, title, state, given, required }) => (
        <Group key={id} gap="xs">
          <StateBadge state={state} />
          <PageLink to="/reviews/$reviewId" params={{ reviewId: id }}>
            {number} {title}
          </PageLink>
          <Text size="sm" c="dimmed">
            {given} of {required}
          </Text>
        </Group>
      ))}
      <SignatureList decisions={decisions} />
      {patch.removedAt === null && environment !== null && (
        <Stack gap={4}>
          <Text size="sm" c="dimmed">
            A downloaded file can be verified and signed with a key of one's own, which no browser ever sees:
          </Text>
          <Group gap="xs">
            <CommandLine
              command={commandOf([
                "syncline",
                "patch",
                "verify",
                `${patch.id}.patch`,
                "--environment",
                environment,
              ])}
            />
            <CommandLine
              command={commandOf([
                "syncline",
                "patch",
                "sign",
                `${patch.id}.patch`,
                "--key",
                "signer.pem",
                "--environment",
                environment,
              ])}
            />
          </Group>
        </Stack>
      )}
    </Stack>
  );
}
