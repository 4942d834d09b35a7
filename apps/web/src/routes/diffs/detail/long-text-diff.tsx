import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { cspNonce } from "../../../app/csp-nonce.ts";

/** While somebody waits; beyond it larger pieces are marked as changed. */
const COMPARING = { scanLimit: 500, timeout: 400 };

const theme = EditorView.theme({
  "&": { maxHeight: "420px", fontSize: "0.8125rem", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--sl-accent-text)" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)" },
  ".cm-content": { color: "var(--mantine-color-text)" },
  ".cm-deletedChunk, .cm-deletedLine": {
    backgroundColor: "var(--sl-neutral-tint)",
    color: "var(--sl-muted)",
  },
  ".cm-changedLine": { backgroundColor: "var(--sl-update-tint)" },
  ".cm-deletedText": { textDecoration: "line-through", background: "none" },
  ".cm-changedText": { background: "var(--sl-update-tint)", color: "var(--sl-update)", fontWeight: "600" },
  ".cm-collapsedLines": { background: "var(--sl-raised)", color: "var(--sl-muted)" },
});

interface LongTextDiffProps {
  readonly old: string;
  readonly next: string;
}

/** A long text with what came and went in it; lays out only what is in view. */
export function LongTextDiff({ old, next }: LongTextDiffProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current: parent } = box;
    if (parent === null) return;
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: next,
        extensions: [
          EditorView.cspNonce.of(cspNonce),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "What changed", tabindex: "0" }),
          theme,
          unifiedMergeView({
            original: old,
            mergeControls: false,
            gutter: false,
            collapseUnchanged: { margin: 2, minSize: 4 },
            diffConfig: COMPARING,
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [old, next]);
  return <div ref={box} className="dx-value dx-editor" />;
}
