import {
  Button,
  CopyButton,
  Group,
  NumberInput,
  SegmentedControl,
  Skeleton,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { downloadFile } from "../../api/download.ts";
import { ErrorState } from "../error-state.tsx";
import { counted, countText } from "../number-text.ts";
import { scriptText } from "./script-text.ts";
import "./sql-view.css";
import { type Direction, statementsQuery } from "./statements-query.ts";

const SqlEditor = lazy(() => import("./sql-editor.tsx").then((module) => ({ default: module.SqlEditor })));

const HASH_SHOWN = 16;
/** Statements before the one that somebody goes to. */
const CONTEXT = 3;

/** The SQL of a stored patch and what takes it back, as `syncline patch sql` prints it; read as it is scrolled. */
export function SqlView({ patchId }: { readonly patchId: string }) {
  const [direction, setDirection] = useState<Direction>("forward");
  const [offset, setOffset] = useState(0);
  const [wrap, setWrap] = useState(true);
  const query = useInfiniteQuery(statementsQuery(patchId, { direction, offset }));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const script = useMemo(() => scriptText(data?.pages ?? [], offset), [data, offset]);
  const first = data?.pages[0];
  const shown = data?.pages.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  const whole = first !== undefined && offset === 0 && !hasNextPage;
  const file = `/api/v1/patches/${encodeURIComponent(patchId)}/sql/file?direction=${direction}`;
  const name = `${patchId}${direction === "undo" ? ".undo" : ""}.sql`;
  return (
    <Stack gap="xs" style={{ height: "100%" }}>
      <Group justify="space-between" gap="sm" style={{ flex: "none" }}>
        <SegmentedControl
          size="xs"
          aria-label="Which way"
          data={[
            { value: "forward", label: "What it does" },
            { value: "undo", label: "What takes it back" },
          ]}
          value={direction}
          onChange={(value) => {
            setDirection(value === "undo" ? "undo" : "forward");
            setOffset(0);
          }}
        />
        <Group gap="sm">
          {first !== undefined && first.total > shown && (
            <GoTo total={first.total} onGo={(n) => setOffset(Math.max(0, n - 1 - CONTEXT))} />
          )}
          <Switch
            size="xs"
            label="Wrap lines"
            checked={wrap}
            onChange={(event) => setWrap(event.currentTarget.checked)}
          />
          <CopyButton value={script.text} timeout={1500}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="xs"
                leftSection={<IconCopy size={14} aria-hidden />}
                onClick={copy}
                disabled={first === undefined}
              >
                {copied ? "Copied" : whole ? "Copy" : `Copy ${countText(shown)} loaded`}
              </Button>
            )}
          </CopyButton>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => void downloadFile(file, name)}
          >
            Whole script
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" mih={20} style={{ flex: "none" }}>
        {first !== undefined && (
          <>
            {counted(first.total, "statement")} in one transaction, each with a check of the rows that it
            changes. {direction === "undo" ? "Takes back patch " : "Patch "}
            <span className="sl-mono" title={first.hash}>
              sha256:{first.hash.slice(0, HASH_SHOWN)}…
            </span>
            {offset > 0 && (
              <>
                {" "}
                From statement {countText(offset + 1)} on.{" "}
                <Button variant="subtle" size="compact-xs" onClick={() => setOffset(0)}>
                  From the beginning
                </Button>
              </>
            )}
          </>
        )}
      </Text>
      {error !== null && (
        <ErrorState what="The statements could not be read" error={error} retry={() => void refetch()} />
      )}
      <div className="sl-card sl-sql-frame">
        {first === undefined ? (
          error === null && <Skeleton height="100%" radius={0} />
        ) : (
          <Suspense fallback={<Skeleton height="100%" radius={0} />}>
            <SqlEditor
              key={`${direction} ${offset}`}
              label={direction === "undo" ? "SQL that takes the patch back" : "SQL of the patch"}
              script={script}
              wrap={wrap}
              onNearEnd={() => {
                if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
              }}
            />
          </Suspense>
        )}
      </div>
      <Text size="xs" c="dimmed" role="status" mih={18} style={{ flex: "none" }}>
        {isFetchingNextPage ? "Reading more…" : ""}
      </Text>
    </Stack>
  );
}

function GoTo({ total, onGo }: { readonly total: number; readonly onGo: (n: number) => void }) {
  const [n, setN] = useState<number | string>("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typeof n === "number") onGo(n);
      }}
    >
      <NumberInput
        size="xs"
        w={150}
        aria-label="Go to statement"
        placeholder="Go to statement"
        value={n}
        onChange={setN}
        min={1}
        max={total}
        clampBehavior="strict"
        allowDecimal={false}
        thousandSeparator=","
        hideControls
      />
    </form>
  );
}
