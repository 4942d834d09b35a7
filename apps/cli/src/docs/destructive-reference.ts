import { ROUTE_ROW_EFFECTS } from "@syncline/api";
import { JOB_ROW_EFFECTS, type RowEffect } from "@syncline/jobs";
import { COMMAND_ROW_EFFECTS, OPTION_ROW_EFFECTS, type OptionEffect } from "../commands/row-effects.ts";

/** Commands, jobs and routes that may change or delete rows, from the registries themselves. */
export function formatDestructiveReference(): string {
  return `# Destructive operations

<!-- Generated from the registries of commands, jobs and routes by \`pnpm docs:reference\`. -->

What may change or delete rows that a place holds takes a receipt: proof that what takes it back exists, found in the same
transaction and before its COMMIT. The rows of the inverse are written into the target's ledger, read back from there, and
compared in number and value with what was destroyed. Without that nothing is written: the command ends with
\`receipt.missing\`, or with what was wrong with the ledger (\`permission.denied\`, \`schema.unsupported\`). No option overrides it.

Commands print the receipt with \`--json\`, run summaries list it under \`receipts\`, the log keeps it:

| Field | Meaning |
|---|---|
| \`kind\` | \`inverse\`: what was destroyed lies in the ledger; \`untouched\`: no row of before was changed or removed |
| \`ledgerId\` | what \`syncline undo\` takes |
| \`counts\` | rows that taking it back would insert, update and delete |
| \`digest\` | \`sum64:seed:sum\` over the inverse operations as they are stored |
| \`verified\` | \`true\`; there is no other receipt |

Three ways of writing keep no inverse, because they prove that nothing is destroyed:

- Tables without a row of the scope are loaded by COPY; that they are empty is checked under a lock.
- SQL files that \`syncline export\` wrote hold plain inserts and definitions that add; every statement is judged.
- With \`import --any-sql\` the server's own counts, the tables' files and their columns are compared before and after; a file
  that changes, removes, empties or drops what held rows is refused with \`receipt.missing\`. The tables of the ledger are among
  them, and triggers that wait for COMMIT run before the comparison.

What triggers of the target write into other tables, and what functions do outside of the database, no receipt covers.

## Commands

${table("Command", COMMAND_ROW_EFFECTS, "destroys")}

Options that widen what they destroy; those rows are in the inverse as well: ${flags("widens")}.
Options that choose another way of writing: ${flags("other-way")}.

## Jobs

${table("Kind", JOB_ROW_EFFECTS, "destroys")}

## Routes

${table("Route", ROUTE_ROW_EFFECTS, "destroys")}

## What starts them

Commands and routes that start runs, whose kind then decides: ${list(COMMAND_ROW_EFFECTS, "starts")}, ${list(ROUTE_ROW_EFFECTS, "starts")}.
`;
}

type Effects = Readonly<Partial<Record<string, RowEffect>>>;

function names(effects: Effects, wanted: RowEffect): readonly string[] {
  return Object.keys(effects).filter((name) => effects[name] === wanted);
}

function table(heading: string, effects: Effects, wanted: RowEffect): string {
  const rows = names(effects, wanted).map((name) => `| \`${name}\` |`);
  return [`| ${heading} |`, "|---|", ...rows].join("\n");
}

function list(effects: Effects, wanted: RowEffect): string {
  return names(effects, wanted)
    .map((name) => `\`${name}\``)
    .join(", ");
}

function flags(wanted: OptionEffect): string {
  return Object.keys(OPTION_ROW_EFFECTS)
    .filter((flag) => OPTION_ROW_EFFECTS[flag] === wanted)
    .map((flag) => `\`${flag}\``)
    .join(", ");
}
