import { ValueView } from "./value-view.tsx";

interface JsonTreeProps {
  readonly value: unknown;
  /** Levels that are open at first. */
  readonly depth?: number;
}

const LONGEST = 2_000;

/** JSON as a tree that opens and closes; every text in it is shown as it is. */
export function JsonTree({ value, depth = 3 }: JsonTreeProps) {
  if (!isNested(value)) return <Leaf value={value} />;
  const entries = Array.isArray(value)
    ? value.map((each, at) => [String(at), each as unknown] as const)
    : Object.entries(value);
  if (entries.length === 0) return <span className="sl-mono sl-null">empty</span>;
  return (
    <ul className="sl-json">
      {entries.map(([key, each]) => (
        <li key={key}>
          {isNested(each) ? (
            <details open={depth > 1}>
              <summary>
                <span className="sl-mono sl-json-key">{key}</span>{" "}
                <span className="sl-null">{sizeText(each)}</span>
              </summary>
              <JsonTree value={each} depth={depth - 1} />
            </details>
          ) : (
            <>
              <span className="sl-mono sl-json-key">{key}</span> <Leaf value={each} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Leaf({ value }: { readonly value: unknown }) {
  if (value === null) return <ValueView value={null} />;
  if (typeof value === "string") return <ValueView value={value} limit={LONGEST} />;
  return <span className="sl-mono sl-json-plain">{String(value)}</span>;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function sizeText(value: object): string {
  const count = Object.keys(value).length;
  return Array.isArray(value)
    ? `${count} ${count === 1 ? "item" : "items"}`
    : `${count} ${count === 1 ? "field" : "fields"}`;
}
