import { Alert, Button, Collapse, FileButton, Group, List, Stack, Text, Title } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { counted, countText } from "../../components/number-text.ts";
import type { AuditReport } from "./audit-query.ts";
import { type KeptCheckpoint, readCheckpoints } from "./read-checkpoints.ts";

/** Has the server compute every hash anew, also against checkpoints that somebody kept elsewhere. */
export function VerifyPanel() {
  const me = useMe();
  const [kept, setKept] = useState<readonly KeptCheckpoint[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const verify = useMutation({
    mutationFn: () => api.audit.verifyAudit({ body: { checkpoints: [...kept] } }),
  });
  const take = async (file: File | null) => {
    if (file === null) return;
    const read = readCheckpoints(await file.text());
    setFault(
      read === null ? `${file.name} holds no checkpoints. They are those of “Checkpoints”, as JSON.` : null,
    );
    setKept(read ?? []);
    verify.reset();
  };
  const may = me.canEverywhere("audit:verify");
  return (
    <Stack gap="md" maw={820}>
      <Text size="sm">
        The server computes the hash of every entry anew and compares it with the chain and with the signed
        checkpoints, those beside the log and those in the object store. A checkpoint that you kept elsewhere
        shows also a log that was made anew as a whole. Who does not trust this server verifies an export,
        from a terminal.
      </Text>
      <Group gap="sm">
        <Button
          onClick={() => verify.mutate()}
          loading={verify.isPending}
          disabled={!may}
          title={may ? "" : "Your roles do not give the scope audit:verify."}
        >
          Verify the log
        </Button>
        <FileButton onChange={(file) => void take(file)} accept="application/json,.json">
          {(props) => (
            <Button variant="default" {...props}>
              Use checkpoints that I kept…
            </Button>
          )}
        </FileButton>
        {kept.length > 0 && (
          <Text size="sm" c="dimmed">
            {counted(kept.length, "checkpoint")} of yours
          </Text>
        )}
      </Group>
      {fault !== null && (
        <Text size="sm" c="var(--sl-delete)" role="alert">
          {fault}
        </Text>
      )}
      <div aria-live="polite">
        {verify.error !== null && (
          <ErrorState what="It was not verified" error={verify.error} retry={() => verify.mutate()} />
        )}
        {verify.data !== undefined && <Report report={verify.data} />}
      </div>
    </Stack>
  );
}

const FAULT_WORDS: Readonly<Record<string, string>> = {
  edited: "was changed after it was written",
  missing: "is missing",
  reordered: "stands in another place",
  inserted: "was put in afterwards",
  truncated: "and all after it were cut off",
  restamped: "was hashed anew after a change",
  checkpoint: "is not what its checkpoint vouches for",
};

function Report({ report }: { readonly report: AuditReport }) {
  const { ok, entries, last, lastHash, covered, checkpoints, signers, fault, faults } = report;
  const [all, setAll] = useState(false);
  const others = faults.slice(1);
  return (
    <Stack gap="md">
      {ok || fault === null ? (
        <Alert
          variant="outline"
          color="green"
          role="status"
          icon={<IconShieldCheck aria-hidden />}
          title="The log is as it was written"
          styles={{ title: { color: "var(--sl-insert)" } }}
        >
          <Text size="sm">
            All {countText(entries)} entries are in their places with their hashes.{" "}
            {covered === last
              ? "Signed checkpoints vouch for every one of them."
              : `Signed checkpoints vouch for the entries up to ${countText(covered)}; a later one will cover the rest.`}
          </Text>
        </Alert>
      ) : (
        <Alert
          variant="outline"
          color="red"
          role="alert"
          icon={<IconShieldX aria-hidden />}
          title={`Entry ${countText(fault.seq)} ${FAULT_WORDS[fault.kind] ?? "is wrong"}`}
          styles={{ title: { color: "var(--sl-delete)" } }}
        >
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{fault.message}</Text>
            {fault.until > fault.seq && (
              <Text size="sm">
                What is wrong lies between entries {fault.seq} and {fault.until}.
              </Text>
            )}
            <Text size="sm" c="dimmed">
              Somebody could write to the control database past Syncline. Keep a copy of it as it is, compare
              with exports and checkpoints of before, and find out who had access.
            </Text>
            {others.length > 0 && (
              <>
                <Button variant="default" size="xs" onClick={() => setAll(!all)} aria-expanded={all}>
                  {all ? "Hide" : "Show"} {counted(others.length, "further fault")}
                </Button>
                <Collapse expanded={all}>
                  <List size="sm">
                    {others.map((each) => (
                      <List.Item key={`${each.kind} ${each.seq}`}>
                        {each.seq}: {each.message}
                      </List.Item>
                    ))}
                  </List>
                </Collapse>
              </>
            )}
          </Stack>
        </Alert>
      )}
      <section aria-labelledby="verified">
        <Title order={2} size="h3" id="verified" mb={6}>
          What was verified
        </Title>
        <Facts
          facts={[
            ["Entries", countText(entries)],
            ["Last entry", countText(last)],
            ["Its hash", <Mono key="hash" text={lastHash} />],
            ["Vouched for", `entries up to ${countText(covered)}`],
            [
              "Checkpoints",
              `${checkpoints.table} beside the log, ${checkpoints.store} in the object store, ${checkpoints.held} of yours`,
            ],
            ["Signed by", <Mono key="signers" text={signers.join(", ") || "nobody yet"} />],
          ]}
        />
      </section>
    </Stack>
  );
}

function Mono({ text }: { readonly text: string }) {
  return <span className="sl-mono">{text}</span>;
}
