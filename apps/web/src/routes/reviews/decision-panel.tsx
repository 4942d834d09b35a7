import { Box, Button, Group, Progress, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { Facts } from "../../components/facts.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { SignatureList } from "../patches/signature-list.tsx";
import { useTargetRules } from "../patches/target-rules.ts";
import type { Decision } from "./decide-dialog.tsx";
import type { Review, Standing } from "./review-standing.ts";

interface DecisionPanelProps {
  readonly review: Review;
  readonly standing: Standing;
  readonly onDecide: (decision: Decision) => void;
}

/** Who decided, what is missing, what keeps it from being written, and one's own word. */
export function DecisionPanel({ review, standing, onDecide }: DecisionPanelProps) {
  const { given, required, blocks, decisions, authors, createdBy, createdAt, expiresAt } = review;
  const { live, withdraw, decided } = standing;
  // Those that are missing stand above.
  const others = blocks.filter((block) => !/ approvals count\.$/.test(block));
  return (
    <Stack gap="md" className="sl-card" p="md" component="section" aria-label="Decision">
      <div>
        <Group justify="space-between" mb={4}>
          <Title order={2} size="h3">
            {given} of {required} {required === 1 ? "approval" : "approvals"}
          </Title>
          {live && (
            <Text size="xs" c="dimmed">
              expires <Ago at={expiresAt} />
            </Text>
          )}
        </Group>
        <Progress
          value={(given / Math.max(required, 1)) * 100}
          size="sm"
          color={given >= required ? "green" : "indigo"}
          aria-label={`${given} of ${required} approvals`}
        />
      </div>
      {live && others.length > 0 && (
        <Stack gap={4}>
          <Text size="xs" c="dimmed">
            What keeps it from being written
          </Text>
          <ul style={{ margin: 0, paddingLeft: "1.1rem" }}>
            {others.map((block) => (
              <li key={block}>
                <Text size="sm">{block}</Text>
              </li>
            ))}
          </ul>
        </Stack>
      )}
      {live && (
        <Box visibleFrom="sm">
          <DecideButtons review={review} standing={standing} onDecide={onDecide} />
        </Box>
      )}
      {live && decided !== null && (
        <Text size="sm" c="dimmed">
          You {decided === "approve" ? "approved" : "refused"} it; deciding anew replaces that.
        </Text>
      )}
      {live && withdraw === null && (
        <Button variant="default" size="xs" onClick={() => onDecide("withdraw")}>
          Withdraw
        </Button>
      )}
      {decisions.length > 0 && (
        <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }} aria-label="Decisions">
          {decisions.map((each) => (
            <OneDecision key={`${each.email} ${each.at}`} decision={each} />
          ))}
        </Stack>
      )}
      <SignatureList decisions={decisions} />
      <SignaturesNeeded review={review} />
      <Facts
        facts={[
          [
            "Asked by",
            <span key="by">
              {actorText(createdBy)} <Ago at={createdAt} />
            </span>,
          ],
          ["Authors", authors.length === 0 ? "nobody in particular" : authors.join(", ")],
          ["Content", <Digest key="content" value={review.content} />],
          ["Target as it was", <Digest key="fingerprint" value={review.fingerprint} />],
        ]}
      />
    </Stack>
  );
}

/** Of environments whose patches have to be signed: how, and with which key. */
function SignaturesNeeded({ review: { target, environment, patchId } }: { readonly review: Review }) {
  const { signatures } = useTargetRules(target);
  if (!signatures || environment === null || patchId === null) return null;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {environment} takes signed patches. An approval here is signed with the key that the server keeps for
        you; a key of your own signs the file:
      </Text>
      <CommandLine
        command={commandOf([
          "syncline",
          "patch",
          "sign",
          `${patchId}.patch`,
          "--key",
          "signer.pem",
          "--environment",
          environment,
        ])}
      />
    </Stack>
  );
}

function OneDecision({ decision: each }: { readonly decision: Review["decisions"][number] }) {
  const { email, decision, reason, at, superseded, counts } = each;
  const approved = decision === "approve";
  return (
    <li>
      <Group gap={6} wrap="nowrap" align="flex-start">
        {approved ? (
          <IconCheck
            size={16}
            aria-hidden
            style={{ color: "var(--sl-insert)", flex: "none", marginTop: 2 }}
          />
        ) : (
          <IconX size={16} aria-hidden style={{ color: "var(--sl-delete)", flex: "none", marginTop: 2 }} />
        )}
        <div style={{ minWidth: 0 }}>
          <Text size="sm" td={superseded ? "line-through" : undefined} style={{ overflowWrap: "anywhere" }}>
            {email} {approved ? "approved" : "refused"} <Ago at={at} />
          </Text>
          {(superseded || (approved && !counts)) && (
            <Text size="xs" c="dimmed">
              {superseded ? "decided anew since" : "does not count now"}
            </Text>
          )}
          {reason !== "" && (
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
              {reason}
            </Text>
          )}
        </div>
      </Group>
    </li>
  );
}

function Digest({ value }: { readonly value: string }) {
  return (
    <span className="sl-mono" title={value}>
      {value.slice(0, 12)}
    </span>
  );
}

interface DecideButtonsProps {
  readonly review: Review;
  readonly standing: Standing;
  readonly onDecide: (decision: Decision) => void;
}

/** Approve and refuse; what keeps one from it stands beside them. */
export function DecideButtons({ review, standing, onDecide }: DecideButtonsProps) {
  const { approve, refuse } = standing;
  const why = approve ?? refuse;
  return (
    <Stack gap={6} style={{ flex: 1 }}>
      <Group gap="xs" grow>
        <Tooltip label="Approve (a)" disabled={approve !== null}>
          <Button
            leftSection={<IconCheck size={16} aria-hidden />}
            variant={review.state === "approved" ? "default" : "filled"}
            disabled={approve !== null}
            onClick={() => onDecide("approve")}
            aria-keyshortcuts="a"
          >
            Approve
          </Button>
        </Tooltip>
        <Tooltip label="Refuse (r)" disabled={refuse !== null}>
          <Button
            variant="default"
            leftSection={<IconX size={16} aria-hidden />}
            disabled={refuse !== null}
            onClick={() => onDecide("refuse")}
            aria-keyshortcuts="r"
          >
            Refuse
          </Button>
        </Tooltip>
      </Group>
      {why !== null && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
    </Stack>
  );
}
