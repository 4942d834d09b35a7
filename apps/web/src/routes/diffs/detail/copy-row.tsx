import { Button, Group } from "@mantine/core";
import { IconBraces, IconCheck, IconCopy, IconKey, IconLink } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { type ChangeRow, keyValues } from "../change-row.ts";
import { wholeChangeQuery } from "../patch-queries.ts";
import { rowJson } from "./row-json.ts";

const SHOWN_MS = 1_500;

interface CopyRowProps {
  readonly patchId: string;
  readonly row: ChangeRow;
}

/** The row, its key and its address, to take elsewhere. Values that are shown in part are copied whole. */
export function CopyRow({ patchId, row }: CopyRowProps) {
  const queryClient = useQueryClient();
  const key = keyValues(row);
  return (
    <Group gap={6} wrap="wrap">
      <CopyAction
        label="Copy link"
        icon={<IconLink size={14} aria-hidden />}
        text={async () => location.href}
      />
      {key !== null && (
        <CopyAction
          label="Copy key"
          icon={<IconKey size={14} aria-hidden />}
          text={async () => (key.length === 1 ? (key[0] ?? "") : JSON.stringify(key))}
        />
      )}
      <CopyAction
        label="Copy as JSON"
        icon={<IconBraces size={14} aria-hidden />}
        text={async () =>
          rowJson(row.cut.length === 0 ? row : await queryClient.fetchQuery(wholeChangeQuery(patchId, row.n)))
        }
      />
    </Group>
  );
}

interface CopyActionProps {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly text: () => Promise<string>;
}

/** Copies what may have to be read first. */
export function CopyAction({ label, icon, text }: CopyActionProps) {
  const [copied, setCopied] = useState(false);
  const copy = useMutation({
    mutationFn: async () => navigator.clipboard.writeText(await text()),
    onSuccess: () => setCopied(true),
  });
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={
        copied ? <IconCheck size={14} aria-hidden /> : (icon ?? <IconCopy size={14} aria-hidden />)
      }
      onClick={() => copy.mutate()}
      loading={copy.isPending}
      title={copy.error === null ? undefined : `Not copied: ${copy.error.message}`}
    >
      {copy.error !== null ? "Not copied" : copied ? "Copied" : label}
    </Button>
  );
}
