import { Button, CopyButton, Group, Text } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { downloadFile } from "../../api/download.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { KindGlyph } from "../../components/kind-glyph.tsx";
import { counted } from "../../components/number-text.ts";
import { LinesSkeleton } from "../../components/query-boundary.tsx";
import { type Direction, statementsQuery } from "./patch-queries.ts";

interface StatementListProps {
  readonly patchId: string;
  readonly direction: Direction;
  /** Under a statement: comments on it, and the button for one. */
  readonly beside?: (n: number) => { readonly button: ReactNode; readonly below: ReactNode };
}

const HASH_SHOWN = 16;

/** The statements as they run, numbered; what they are the same as is told by the patch's hash. */
export function StatementList({ patchId, direction, beside }: StatementListProps) {
  const query = useInfiniteQuery(statementsQuery(patchId, direction));
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const [first] = data?.pages ?? [];
  const statements = data?.pages.flatMap(({ items }) => items) ?? [];
  const file = `/api/v1/patches/${encodeURIComponent(patchId)}/sql/file?direction=${direction}`;
  if (error !== null && data === undefined)
    return (
      <ErrorState what="The statements could not be read" error={error} retry={() => void query.refetch()} />
    );
  if (first === undefined) return <LinesSkeleton lines={10} height={24} />;
  return (
    <section aria-label={direction === "undo" ? "Undo SQL" : "SQL"}>
      <Group justify="space-between" gap="xs" mb="xs">
        <Text size="sm" c="dimmed">
          {counted(first.total, "statement")} in one transaction. Patch{" "}
          <span className="sl-mono" title={first.hash}>
            {first.hash.slice(0, HASH_SHOWN)}…
          </span>
        </Text>
        <Group gap="xs">
          <CopyButton
            value={[first.head, ...statements.map(({ text }) => text), hasNextPage ? "" : first.tail].join(
              "\n",
            )}
          >
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="xs"
                leftSection={<IconCopy size={14} aria-hidden />}
                onClick={copy}
              >
                {copied ? "Copied" : hasNextPage ? `Copy these ${statements.length}` : "Copy"}
              </Button>
            )}
          </CopyButton>
          <Button
            onClick={() => void downloadFile(file, `${patchId}${direction === "undo" ? ".undo" : ""}.sql`)}
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            Whole script
          </Button>
        </Group>
      </Group>
      <div className="sl-card">
        <Script text={first.head} label="What the script begins with" />
        <ol className="sl-statements">
          {statements.map(({ n, kind, text, cut }) => {
            const { button, below } = beside?.(n) ?? {};
            return (
              <li key={n} id={`statement-${n}`} tabIndex={-1} data-statement={n}>
                <span className="sl-statement-number sl-mono">{n}</span>
                <KindGlyph kind={kind} />
                <pre className="sl-mono">
                  <code>
                    {text}
                    {cut && "…"}
                  </code>
                </pre>
                {button}
                {below}
              </li>
            );
          })}
        </ol>
        {!hasNextPage && <Script text={first.tail} label="What it ends with" />}
        {hasNextPage && (
          <Group justify="center" p="xs">
            <Button
              variant="default"
              size="xs"
              onClick={() => void fetchNextPage()}
              loading={isFetchingNextPage}
            >
              Show more
            </Button>
          </Group>
        )}
      </div>
    </section>
  );
}

function Script({ text, label }: { readonly text: string; readonly label: string }) {
  if (text.trim() === "") return null;
  return (
    <details className="sl-script-edge">
      <summary>{label}</summary>
      <pre className="sl-mono">
        <code>{text.trim()}</code>
      </pre>
    </details>
  );
}
