import { useMemo, useState } from "react";
import {
  type Draft,
  type DraftState,
  EMPTY_DRAFT,
  isEmptyDraft,
  type Pick,
  stateOf,
  withPick,
} from "./conflict-draft.ts";
import type { ConflictModel, Side } from "./conflict-model.ts";

export interface DraftControl {
  readonly draft: Draft;
  readonly state: DraftState;
  readonly pickSide: (side: Side) => void;
  readonly pickNoRow: () => void;
  readonly pickCell: (column: string, pick: Pick) => void;
  /** Takes back the last choice. */
  readonly undo: () => void;
  readonly canUndo: boolean;
  /** The conflict as it was when the first choice was made: what is sent is about that. */
  readonly about: ConflictModel;
  /** Goes on with the conflict as it is now. */
  readonly goOn: () => void;
}

interface Kept {
  readonly steps: readonly Draft[];
  readonly about: ConflictModel;
}

/** What somebody is about to decide, step by step. It outlives every reading of the conflict anew. */
export function useDraft(model: ConflictModel): DraftControl {
  const [kept, setKept] = useState<Kept>({ steps: [], about: model });
  // Nothing is chosen yet: whatever is shown is what a choice would be about.
  const about = kept.steps.length === 0 ? model : kept.about;
  const draft = kept.steps.at(-1) ?? EMPTY_DRAFT;
  const state = useMemo(() => stateOf(about, draft), [about, draft]);
  const add = (next: Draft) => setKept({ steps: [...kept.steps, next], about });
  return {
    draft,
    state,
    about,
    canUndo: kept.steps.length > 0,
    pickSide: (side) => add({ kind: "side", side }),
    pickNoRow: () => add({ kind: "no-row" }),
    pickCell: (column, pick) => add(withPick(about, draft, column, pick)),
    undo: () => setKept({ steps: kept.steps.slice(0, -1), about }),
    goOn: () =>
      setKept({
        steps: isEmptyDraft(draft) || model.versions !== about.versions ? [] : [draft],
        about: model,
      }),
  };
}
