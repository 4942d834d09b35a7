import type { TableRowFormat } from "../formats/index.ts";

export type ExportFormat = Exclude<TableRowFormat, "csv">;
export const EXPORT_FORMATS: readonly ExportFormat[] = ["ndjson", "json", "yaml"];

/** Rows of one table that stand together in an export. */
export interface PartName {
  readonly table: string;
  readonly referenced: boolean;
}

/** A line that is no row. */
export type Mark =
  /** `content` is where the part's bytes begin, from the start of the line; null for the line after it. */
  | { readonly kind: "part"; readonly part: PartName; readonly content: number | null }
  | { readonly kind: "end"; readonly json: string };

/** How header, parts and end stand in the lines of one format. Each file is a valid document of its format. */
export interface ExportLayout {
  header(json: string): string;
  part(part: PartName, first: boolean): string;
  end(json: string, empty: boolean): string;
  /** JSON of the header in the first line, or null. */
  readHeader(line: string): string | null;
  /** Beginnings of lines that may be marks; no row begins so. */
  readonly starts: readonly string[];
  readMark(line: string): Mark | null;
}

const ndjson: ExportLayout = {
  header: (json) => `${json}\n`,
  part: (part) => `${nameJson(part)}\n`,
  end: (json) => `["end",${json}]\n`,
  readHeader: (line) => line,
  starts: ['["'],
  readMark: (line) => {
    const end = /^\["end",(\{.*\})\]$/.exec(line)?.[1];
    return end === undefined ? partMark(line, null) : { kind: "end", json: end };
  },
};

const json: ExportLayout = {
  header: (text) => `${text.slice(0, -1)},"parts":[\n`,
  part: (part, first) => `${first ? "" : "},"}{"part":${nameJson(part)},"rows":`,
  end: (text, empty) => `${empty ? "" : "}"}],"end":${text}}\n`,
  readHeader: (line) => (line.endsWith(',"parts":[') ? `${line.slice(0, -10)}}` : null),
  starts: ['{"part":[', '},{"part":[', '}],"end":', '],"end":'],
  readMark: (line) => {
    const end = /^\}?\],"end":(\{.*\})\}$/.exec(line)?.[1];
    if (end !== undefined) return { kind: "end", json: end };
    const part = /^(?:\},)?\{"part":(\[.*\]),"rows":\[(?:\])?$/.exec(line);
    return part === null ? null : partMark(part[1] ?? "", line.lastIndexOf(',"rows":[') + 8);
  },
};

const yaml: ExportLayout = {
  header: (text) => `${text}\n`,
  part: (part) => `--- # ${nameJson(part)}\n`,
  end: (text) => `--- {"end":${text}}\n`,
  readHeader: (line) => line,
  starts: ["---"],
  readMark: (line) => {
    const end = /^--- \{"end":(\{.*\})\}$/.exec(line)?.[1];
    if (end !== undefined) return { kind: "end", json: end };
    return partMark(/^--- # (.*)$/.exec(line)?.[1] ?? "", null);
  },
};

export const EXPORT_LAYOUTS: Readonly<Record<ExportFormat, ExportLayout>> = { ndjson, json, yaml };

function nameJson({ table, referenced }: PartName): string {
  return JSON.stringify([referenced ? "referenced" : "table", table]);
}

function partMark(text: string, content: number | null): Mark | null {
  const found = /^\["(table|referenced)",("(?:[^"\\]|\\.)*")\]$/.exec(text);
  if (found === null) return null;
  try {
    const table: unknown = JSON.parse(found[2] ?? "");
    if (typeof table !== "string") return null;
    return { kind: "part", part: { table, referenced: found[1] === "referenced" }, content };
  } catch {
    return null;
  }
}
