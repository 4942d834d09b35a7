import { Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowBackUp, IconShieldCheck } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { counted } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { targetOf } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

const UndoDialog = lazy(async () => ({
  default: (await import("../patches/undo-dialog.tsx")).UndoDialog,
}));

type Receipt = NonNullable<NonNullable<Run["summary"]>["receipts"]>[number];

/** That what a run wrote can be taken back, proven before it was committed; and the button that does it. */
export function RunReceipts({ run }: { readonly run: Run }) {
  const [ledgerId, setLedgerId] = useState<string | null>(null);
  const target = targetOf(run.definition);
  const receipts = run.summary?.receipts ?? [];
  if (receipts.length === 0) return null;
  return (
    <Stack gap={6} className="sl-tint-insert" p="sm" style={{ borderRadius: "var(--mantine-radius-sm)" }}>
      <Group gap={6}>
        <IconShieldCheck size={16} aria-hidden />
        <Text size="sm" fw={600}>
          Undo ready
        </Text>
        <Text size="sm">What was there before was kept and checked before anything was committed.</Text>
      </Group>
      {receipts.map((receipt, at) => (
        <Group key={receipt.ledgerId ?? at} gap="sm" justify="space-between">
          <Text size="sm">{receiptText(receipt)}</Text>
          {receipt.ledgerId !== null && target !== null && run.kind !== "bi-sync" && (
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              onClick={() => setLedgerId(receipt.ledgerId)}
            >
              Undo
            </Button>
          )}
        </Group>
      ))}
      {run.kind === "bi-sync" && (
        <Text size="sm">
          Each side keeps its own log: undo it in <PageLink to="/log">what was applied</PageLink>.
        </Text>
      )}
      {target !== null && ledgerId !== null && (
        <Suspense>
          <UndoDialog opened onClose={() => setLedgerId(null)} ledgerId={ledgerId} target={target} />
        </Suspense>
      )}
    </Stack>
  );
}

function receiptText({ kind, ledgerId, counts }: Receipt): string {
  if (kind === "untouched") return "Rows were only added; none that were there before were touched.";
  const total = counts.inserts + counts.updates + counts.deletes;
  const rows = counted(total, "row");
  return `Taking it back writes ${rows}${ledgerId === null ? "." : ` (log entry ${ledgerId}).`}`;
}
