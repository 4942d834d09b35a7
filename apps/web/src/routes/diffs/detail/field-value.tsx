import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { countText } from "../../../components/number-text.ts";
import { ValueView } from "../../../components/value-view.tsx";
import { textOf } from "../change-row.ts";
import { wholeChangeQuery } from "../patch-queries.ts";
import { CopyAction } from "./copy-row.tsx";
import { LongText } from "./long-text.tsx";
import { ShowWhole } from "./show-whole.tsx";

/** Characters up to which a value is simply shown. */
export const SHORT = 400;

interface FieldValueProps {
  readonly patchId: string;
  readonly n: number;
  readonly side: "old" | "new";
  readonly column: string;
  readonly value: string | null | undefined;
  /** Whole length, when `value` is its beginning alone. */
  readonly cut: number | undefined;
}

/** One value, whole if it is short; of a long one the beginning, and the rest when it is asked for. */
export function FieldValue({ patchId, n, side, column, value, cut }: FieldValueProps) {
  const [whole, setWhole] = useState(false);
  const query = useQuery({ ...wholeChangeQuery(patchId, n), enabled: whole && cut !== undefined });
  const { data } = query;
  const read = data === undefined ? undefined : textOf(side === "old" ? data.before : data.after, column);
  const text = cut === undefined ? value : read;
  const length = cut ?? value?.length ?? 0;
  const isLong = length > SHORT;
  return (
    <div className="dx-value" data-side={side}>
      {whole && typeof text === "string" ? (
        <LongText text={text} />
      ) : (
        <ValueView value={value} limit={SHORT} />
      )}
      {query.error !== null && (
        <ErrorState
          what="The value could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {isLong && (
        <Group gap={6} mt={4}>
          {!whole || (cut !== undefined && read === undefined) ? (
            <ShowWhole length={length} loading={whole && query.isFetching} onShow={() => setWhole(true)} />
          ) : (
            <>
              <CopyAction label="Copy value" text={async () => text ?? ""} />
              <span className="dx-field-type">{countText(length)} characters</span>
            </>
          )}
        </Group>
      )}
    </div>
  );
}
