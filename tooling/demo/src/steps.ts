import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Step {
  readonly title: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly exitCode: number;
}

const SOURCE = "staging:public:*";
const TARGET = "prod:public:*";
export const PATCH_FILE = "spring.patch";
const DIRECTORY = "./rows";
export const COMPARE = ["diff", SOURCE, TARGET] as const;

/** The way from a difference to a patch that is applied. */
export const UNTIL_APPLIED: readonly Step[] = [
  {
    title: "What differs?",
    text: "Every row of both databases is compared. Exit code 1 says that there are differences.",
    args: [...COMPARE, "--exit-code"],
    exitCode: 1,
  },
  {
    title: "Which rows?",
    text: "The detailed form names the first rows of each kind, here of two tables.",
    args: [
      "diff",
      "staging:public:categories,orders",
      "prod:public:categories,orders",
      "--format",
      "detailed",
    ],
    exitCode: 0,
  },
  {
    title: "Side by side",
    text: "Small tables are best seen whole: production on the left, as it would become on the right.",
    args: ["diff", "staging:public:categories", "prod:public:categories", "--format", "side-by-side"],
    exitCode: 0,
  },
  {
    title: "Make a patch",
    text: "The difference becomes a file that people can read, review and keep.",
    args: [...COMPARE, "--output", PATCH_FILE],
    exitCode: 0,
  },
  {
    title: "Read it",
    text: "Here its operations on one table; each carries old and new values.",
    args: ["patch", "show", PATCH_FILE, "--format", "unified", "--select", "table=categories"],
    exitCode: 0,
  },
  {
    title: "Try it",
    text: "A dry run does everything in a real transaction and rolls it back.",
    args: ["patch", PATCH_FILE, TARGET, "--dry-run"],
    exitCode: 0,
  },
  {
    title: "Apply it",
    text: "All or nothing. The server is protected in syncline.yaml, so its name confirms the write.",
    args: ["patch", PATCH_FILE, TARGET, "--confirm", "prod"],
    exitCode: 0,
  },
  {
    title: "Nothing differs any more",
    text: "Exit code 0 proves it.",
    args: [...COMPARE, "--exit-code"],
    exitCode: 0,
  },
  { title: "Who did what?", text: "The target keeps its own log.", args: ["log", TARGET], exitCode: 0 },
];

export function undoSteps(patchId: string): readonly Step[] {
  return [
    {
      title: "Take it back",
      text: "The way back lies in the target as well: the patch file is not needed.",
      args: ["undo", patchId, TARGET, "--confirm", "prod"],
      exitCode: 0,
    },
    {
      title: "As before",
      text: "The same differences as at the start.",
      args: [...COMPARE, "--exit-code"],
      exitCode: 1,
    },
  ];
}

/** Rows on the move: a masked preview for others, then a directory that is edited by hand. */
export const UNTIL_PULLED: readonly Step[] = [
  {
    title: "Copy it, without the people in it",
    text: "Production's tables and rows into a tenant of their own; names, emails and phone numbers of customers never leave its server.",
    args: ["copy", TARGET, "staging:preview:*", "--include-schemas", "--mask", "people", "--yes"],
    exitCode: 0,
  },
  {
    title: "A directory to read and edit",
    text: "One file for each table, in any of four formats.",
    args: ["pull", "staging:public:categories", DIRECTORY, "--format", "yaml"],
    exitCode: 0,
  },
];

/** After somebody renamed a category in the directory's file. */
export const FROM_DIRECTORY: readonly Step[] = [
  {
    title: "What did the editor change?",
    text: "A directory is compared like a database, also when it was edited by hand.",
    args: ["diff", DIRECTORY, "staging:public:categories", "--format", "unified"],
    exitCode: 0,
  },
  {
    title: "Push it back",
    text: "One transaction; the last line says how to take it back.",
    args: ["push", DIRECTORY, "staging:public:categories", "--yes"],
    exitCode: 0,
  },
];

const EDITED_FROM = "Trail Running";
const EDITED_TO = "Trail & Fell Running";

/** Stands for somebody with an editor. */
export function editDirectory(folder: string): void {
  const path = join(folder, DIRECTORY, "categories.yaml");
  const text = readFileSync(path, "utf8");
  if (!text.includes(EDITED_FROM)) throw new Error(`${path} has no category "${EDITED_FROM}"`);
  writeFileSync(path, text.replace(EDITED_FROM, JSON.stringify(EDITED_TO)));
}

export function readPatchId(folder: string): string {
  const [first = ""] = readFileSync(join(folder, PATCH_FILE), "utf8").split("\n", 1);
  const id = /"id":"([^"]+)"/.exec(first)?.[1];
  if (id === undefined) throw new Error(`${PATCH_FILE} has no id in its first line`);
  return id;
}
