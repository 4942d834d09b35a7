import { Group, Stack, Text } from "@mantine/core";
import { IconWritingSign } from "@tabler/icons-react";
import { Ago } from "../../components/ago.tsx";
import type { Review } from "../reviews/review-standing.ts";

/** Approvals that are signed, with the public key of each. */
export function SignatureList({ decisions }: Pick<Review, "decisions">) {
  const signed = decisions.filter(
    ({ decision, publicKey, superseded }) => decision === "approve" && publicKey !== null && !superseded,
  );
  if (signed.length === 0) return null;
  return (
    <Stack gap={4}>
      {signed.map(({ email, publicKey, at, counts }) => (
        <Group key={`${email} ${at}`} gap={6} wrap="nowrap" align="flex-start">
          <IconWritingSign size={16} aria-hidden style={{ flex: "none", marginTop: 2 }} />
          <Text size="sm" style={{ minWidth: 0, overflowWrap: "anywhere" }}>
            Signed by {email} <Ago at={at} />
            {!counts && ", does not count now"}
            <Text component="span" className="sl-mono" c="dimmed" display="block">
              {publicKey}
            </Text>
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
