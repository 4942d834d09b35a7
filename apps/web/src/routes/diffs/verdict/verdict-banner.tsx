import { Alert, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconHelpCircle } from "@tabler/icons-react";
import { type ChangeKind, KIND_GLYPHS } from "../../../components/kind-glyph.tsx";
import { counted, countText, shareText } from "../../../components/number-text.ts";
import { shareOf, type Verdict, verdictText } from "./verdict.ts";

const WORDS: Readonly<Record<ChangeKind, string>> = { insert: "added", update: "changed", delete: "deleted" };

/** What came of a comparison, before any of its rows is read. */
export function VerdictBanner({ verdict }: { readonly verdict: Verdict }) {
  const { outcome, inserts, updates, deletes, rows, complete } = verdict;
  const counts: readonly (readonly [ChangeKind, number])[] = [
    ["insert", inserts],
    ["update", updates],
    ["delete", deletes],
  ];
  return (
    <Stack gap="xs" component="section" aria-label="Verdict">
      <div className="sl-card dx-verdict" data-outcome={outcome}>
        <Group gap="md" justify="space-between" wrap="wrap">
          <Group gap="sm" wrap="nowrap">
            <OutcomeIcon verdict={verdict} />
            <Text fw={600} size="lg" component="p" m={0}>
              {verdictText(verdict)}
            </Text>
          </Group>
          {outcome === "different" && (
            <Group gap="4px 28px" wrap="wrap">
              {counts.map(([kind, count]) => (
                <KindFigure key={kind} kind={kind} count={count} rows={rows} atLeast={!complete} />
              ))}
              {rows !== null && (
                <Text size="sm" c="dimmed">
                  of {counted(rows, "row")}
                </Text>
              )}
            </Group>
          )}
        </Group>
      </div>
      {!complete && (
        <Alert
          variant="outline"
          color="yellow"
          icon={<IconAlertTriangle aria-hidden />}
          title="This comparison is incomplete"
          styles={{ title: { color: "var(--sl-update)" } }}
        >
          It stopped before its end, at a limit or at a table that could not be read, so there may be more
          differences than are listed. It cannot be applied as complete: its deletes are refused.
        </Alert>
      )}
    </Stack>
  );
}

interface KindFigureProps {
  readonly kind: ChangeKind;
  readonly count: number;
  readonly rows: number | null;
  readonly atLeast: boolean;
}

function KindFigure({ kind, count, rows, atLeast }: KindFigureProps) {
  const share = shareOf(count, rows);
  return (
    <Group gap={6} wrap="nowrap" align="baseline">
      <Text
        component="span"
        className="sl-mono dx-figure"
        c={count === 0 ? "dimmed" : `var(--sl-${kind})`}
        fw={count === 0 ? 400 : 650}
      >
        {atLeast && count > 0 && <span title="at least">≥ </span>}
        <span aria-hidden>{KIND_GLYPHS[kind]}</span>
        {countText(count)}
      </Text>
      <Text component="span" size="sm" c="dimmed">
        {WORDS[kind]}
        {share !== null && count > 0 && ` · ${shareText(share)}`}
      </Text>
    </Group>
  );
}

function OutcomeIcon({ verdict: { outcome, failed } }: { readonly verdict: Verdict }) {
  if (outcome === "equal")
    return <IconCircleCheck size={26} color="var(--sl-insert)" aria-hidden style={{ flex: "none" }} />;
  if (failed > 0)
    return <IconAlertTriangle size={24} color="var(--sl-delete)" aria-hidden style={{ flex: "none" }} />;
  if (outcome === "unsure")
    return <IconHelpCircle size={24} color="var(--sl-update)" aria-hidden style={{ flex: "none" }} />;
  return (
    <span className="sl-mono dx-glyph sl-tint-update" aria-hidden style={{ fontSize: "1.125rem" }}>
      ≠
    </span>
  );
}
