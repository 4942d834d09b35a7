import { useMemo } from "react";
import { visibleParts } from "../../../components/value-text.ts";
import { diffJson } from "../values/json-diff.ts";
import { diffText, shortened } from "../values/text-diff.ts";
import { JsonDiffView } from "./json-diff-view.tsx";

/** Characters beside what changed. */
const AROUND = 300;

interface ValueDiffProps {
  readonly old: string;
  readonly next: string;
  readonly structured: boolean;
}

/** What became of a value: by place in JSON, by word in a text, by line in a long one. */
export function ValueDiff({ old, next, structured }: ValueDiffProps) {
  const json = useMemo(() => (structured ? diffJson(old, next) : null), [structured, old, next]);
  if (json !== null && json.kind !== "same") return <JsonDiffView change={json} />;
  return <WordDiff old={old} next={next} />;
}

function WordDiff({ old, next }: { readonly old: string; readonly next: string }) {
  const parts = useMemo(() => shortened(diffText(old, next), AROUND), [old, next]);
  return (
    <div className="dx-value dx-word-diff" dir="auto">
      {parts.map(({ kind, text }, at) => {
        const shown = kind === "same" ? text : <Visible text={text} />;
        if (kind === "removed")
          return (
            <del key={at} className="sl-mono">
              {shown}
            </del>
          );
        if (kind === "added")
          return (
            <ins key={at} className="sl-mono">
              {shown}
            </ins>
          );
        return (
          <span key={at} className="sl-mono">
            {shown}
          </span>
        );
      })}
    </div>
  );
}

function Visible({ text }: { readonly text: string }) {
  return visibleParts(text).map((part, at) =>
    part.hidden ? (
      <span key={at} className="sl-invisible">
        {part.text}
        {part.text.includes("⏎") && "\n"}
      </span>
    ) : (
      part.text
    ),
  );
}
