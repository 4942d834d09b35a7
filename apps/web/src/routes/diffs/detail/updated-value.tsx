import { Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { type ChangeRow, cutLength, textOf } from "../change-row.ts";
import { wholeChangeQuery } from "../patch-queries.ts";
import { shownChange } from "../values/changed-parts.ts";
import { MarkedText } from "../values/marked-text.tsx";
import { FieldValue, SHORT } from "./field-value.tsx";
import { ShowWhole } from "./show-whole.tsx";
import { ValueDiff } from "./value-diff.tsx";

/** From here on two values are easier to read as one text with what came and went. */
const WORTH_A_DIFF = 60;

/** Characters that are read without being asked for. */
const READ_AT_ONCE = 100_000;

interface UpdatedValueProps {
  readonly patchId: string;
  readonly row: ChangeRow;
  readonly column: string;
  readonly type: string;
}

/** Old over new; of longer texts and JSON their own difference, too. */
export function UpdatedValue({ patchId, row, column, type }: UpdatedValueProps) {
  const [old, next] = [textOf(row.before, column), textOf(row.after, column)];
  const [oldCut, newCut] = [cutLength(row, "old", column), cutLength(row, "new", column)];
  const structured = /^jsonb?$/.test(type);
  const both = typeof old === "string" && typeof next === "string" && old !== "" && next !== "";
  const longest = Math.max(oldCut ?? old?.length ?? 0, newCut ?? next?.length ?? 0);
  const worth = both && (structured || longest > WORTH_A_DIFF || /\n/.test(`${old}${next}`));
  const [view, setView] = useState<"diff" | "values">(worth ? "diff" : "values");
  return (
    <>
      {worth && (
        <SegmentedControl
          size="xs"
          className="dx-value-view"
          aria-label={`How ${column} is shown`}
          value={view}
          onChange={(chosen) => setView(chosen as typeof view)}
          data={[
            { value: "diff", label: structured ? "By place" : "What changed" },
            { value: "values", label: "Old and new" },
          ]}
        />
      )}
      {worth && view === "diff" ? (
        <WholeDiff patchId={patchId} row={row} column={column} structured={structured} />
      ) : (
        <div className="dx-two">
          <span className="dx-side-name">old</span>
          {both && longest <= SHORT ? (
            <ShortPair old={old} next={next} side="old" />
          ) : (
            <FieldValue patchId={patchId} n={row.n} side="old" column={column} value={old} cut={oldCut} />
          )}
          <span className="dx-side-name">new</span>
          {both && longest <= SHORT ? (
            <ShortPair old={old} next={next} side="new" />
          ) : (
            <FieldValue patchId={patchId} n={row.n} side="new" column={column} value={next} cut={newCut} />
          )}
        </div>
      )}
    </>
  );
}

function ShortPair({ old, next, side }: { old: string; next: string; side: "old" | "new" }) {
  return (
    <div className={`dx-value ${side === "old" ? "dx-old" : "dx-new"}`} data-side={side}>
      <MarkedText parts={shownChange(old, next, 2 * SHORT)[side]} />
    </div>
  );
}

interface WholeDiffProps {
  readonly patchId: string;
  readonly row: ChangeRow;
  readonly column: string;
  readonly structured: boolean;
}

/** Values that the list has cut are read whole first, when that is asked for. */
function WholeDiff({ patchId, row, column, structured }: WholeDiffProps) {
  const [oldCut, newCut] = [cutLength(row, "old", column), cutLength(row, "new", column)];
  const isCut = oldCut !== undefined || newCut !== undefined;
  const length = Math.max(oldCut ?? 0, newCut ?? 0);
  const [asked, setAsked] = useState(length <= READ_AT_ONCE);
  const query = useQuery({ ...wholeChangeQuery(patchId, row.n), enabled: asked && isCut });
  const whole = isCut ? query.data : row;
  if (query.error !== null)
    return (
      <ErrorState what="The value could not be read" error={query.error} retry={() => void query.refetch()} />
    );
  if (whole === undefined)
    return (
      <Group gap={6}>
        <ShowWhole length={length} loading={asked && query.isFetching} onShow={() => setAsked(true)} />
        <Text size="xs" c="dimmed">
          The list has the beginning alone.
        </Text>
      </Group>
    );
  return (
    <ValueDiff
      old={textOf(whole.before, column) ?? ""}
      next={textOf(whole.after, column) ?? ""}
      structured={structured}
    />
  );
}
