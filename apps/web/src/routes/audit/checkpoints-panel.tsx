import { Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { Ago } from "../../components/ago.tsx";
import { Count } from "../../components/count.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { type Checkpoint, checkpointsQuery } from "./audit-query.ts";
import { fromLocalField } from "./local-time.ts";

const COLUMNS: readonly ListColumn<Checkpoint>[] = [
  { id: "seq", header: "Up to entry", align: "right", width: 110, cell: ({ seq }) => <Count value={seq} /> },
  { id: "at", header: "Signed", cell: ({ at }) => <Ago at={at} /> },
  {
    id: "hash",
    header: "Hash of that entry",
    cell: ({ hash }) => (
      <span className="sl-mono" title={hash}>
        {hash.slice(0, 24)}…
      </span>
    ),
  },
  {
    id: "signer",
    header: "Signed by",
    cell: ({ publicKey }) => <span className="sl-mono">{publicKey}</span>,
  },
];

/** Signed checkpoints to keep elsewhere, and the whole log as a file. */
export function CheckpointsPanel() {
  const me = useMe();
  const checkpoints = useInfiniteQuery(checkpointsQuery);
  return (
    <Stack gap="lg">
      {me.canEverywhere("audit:export") && <ExportForm />}
      <section aria-labelledby="checkpoints">
        <Group justify="space-between" mb="xs">
          <div>
            <Title order={2} id="checkpoints">
              Checkpoints
            </Title>
            <Text size="sm" c="dimmed">
              Keep them where nobody of this server can write: whoever rewrites the log cannot rewrite them.
            </Text>
          </div>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            disabled={(checkpoints.data?.pages[0]?.items.length ?? 0) === 0}
            onClick={() => save(checkpoints.data?.pages.flatMap(({ items }) => items) ?? [])}
          >
            Download these
          </Button>
        </Group>
        <PagesBoundary query={checkpoints} failed="The checkpoints could not be read">
          {(items, more) => (
            <ListTable
              label="Checkpoints"
              rows={items}
              rowKey={({ seq, publicKey }) => `${seq} ${publicKey}`}
              columns={COLUMNS}
              empty={
                <EmptyState title="No checkpoints yet">
                  The server signs the newest entry from time to time; the first one comes within seconds.
                </EmptyState>
              }
              {...(more === undefined ? {} : { more })}
            />
          )}
        </PagesBoundary>
      </section>
    </Stack>
  );
}

function ExportForm() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const query = new URLSearchParams();
  const [first, last] = [fromLocalField(from), fromLocalField(to)];
  if (first !== undefined) query.set("from", first);
  if (last !== undefined) query.set("to", last);
  return (
    <section aria-labelledby="export">
      <Title order={2} id="export">
        Export
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        One JSON object a line, with the checkpoints; `syncline audit verify FILE` needs no server.
      </Text>
      <Group align="flex-end" gap="sm">
        <TextInput
          label="From"
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label="Until"
          type="datetime-local"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button
          component="a"
          href={`/api/v1/audit/export${query.size === 0 ? "" : `?${query}`}`}
          download="audit.ndjson"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {query.size === 0 ? "Download the whole log" : "Download this part"}
        </Button>
      </Group>
    </section>
  );
}

/** As `syncline audit verify --checkpoint` and the page's own verification read them. */
function save(checkpoints: readonly Checkpoint[]): void {
  const kept = checkpoints.map(({ statement, publicKey, signature }) => ({
    statement,
    publicKey,
    signature,
  }));
  const url = URL.createObjectURL(
    new Blob([JSON.stringify({ checkpoints: kept }, null, 2)], { type: "application/json" }),
  );
  const link = Object.assign(document.createElement("a"), { href: url, download: "audit-checkpoints.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
