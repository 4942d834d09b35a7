import { PostgreSQL, sql } from "@codemirror/lang-sql";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { cspNonce } from "../../app/csp-nonce.ts";
import type { ScriptText } from "./script-text.ts";

interface SqlEditorProps {
  readonly label: string;
  readonly script: ScriptText;
  readonly wrap: boolean;
  /** The end of the text comes into view. */
  readonly onNearEnd: () => void;
}

const NEAR_PX = 600;

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--sl-surface)", color: "var(--mantine-color-text)" },
  ".cm-scroller": {
    fontFamily: "var(--mantine-font-family-monospace)",
    fontSize: "0.8125rem",
    lineHeight: "1.55",
  },
  ".cm-gutters": {
    backgroundColor: "var(--sl-raised)",
    color: "var(--sl-muted)",
    borderRight: "1px solid var(--sl-border)",
  },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 10px 0 14px", minWidth: "3.5em" },
  "&.cm-focused": { outline: "2px solid var(--sl-accent-text)", outlineOffset: "-2px" },
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--sl-accent-text)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--sl-insert)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--sl-update)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--sl-muted)", fontStyle: "italic" },
]);

/** SQL to read: only what is in view is laid out, and nothing of it is ever run or read as HTML. */
export function SqlEditor({ label, script, wrap, onNearEnd }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const numbers = useRef(script.numbers);
  const nearEnd = useRef(onNearEnd);
  const wrapping = useRef(new Compartment());
  const first = useRef({ label, wrap, text: script.text });
  numbers.current = script.numbers;
  nearEnd.current = onNearEnd;

  useEffect(() => {
    if (place.current === null) return;
    const check = (editor: EditorView) => {
      const { scrollTop, clientHeight, scrollHeight } = editor.scrollDOM;
      if (scrollHeight - scrollTop - clientHeight < NEAR_PX) nearEnd.current();
    };
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          EditorView.cspNonce.of(cspNonce),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({
            "aria-label": first.current.label,
            "aria-readonly": "true",
            tabindex: "0",
          }),
          lineNumbers({ formatNumber: (line) => String(numbers.current[line - 1] ?? "") }),
          sql({ dialect: PostgreSQL }),
          syntaxHighlighting(colors),
          wrapping.current.of(first.current.wrap ? EditorView.lineWrapping : []),
          look,
          EditorView.domEventHandlers({ scroll: (_, scrolled) => check(scrolled) }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, []);

  useEffect(() => {
    const { current: editor } = view;
    if (editor === null) return;
    const before = editor.state.doc;
    const { text } = script;
    // More of the same script: what is there stays where it is.
    const grows = text.length > before.length && text.startsWith(before.toString());
    if (grows) editor.dispatch({ changes: { from: before.length, insert: text.slice(before.length) } });
    else if (text !== before.toString()) {
      editor.dispatch({ changes: { from: 0, to: before.length, insert: text } });
      editor.scrollDOM.scrollTop = 0;
    }
  }, [script]);

  useEffect(() => {
    view.current?.dispatch({
      effects: wrapping.current.reconfigure(wrap ? EditorView.lineWrapping : []),
    });
  }, [wrap]);

  return <div ref={place} />;
}
