import { CodedError } from "../../errors/coded-error.ts";
import type { PatchOperation } from "../../patch/patch.ts";
import { patchOperation } from "../../patch/patch-from-change.ts";
import { USAGE } from "../../patch/sql/patch-sql.ts";
import { sqlScript } from "../../patch/sql/sql-script.ts";
import { createPalette } from "./palette.ts";
import type { RenderInput } from "./render-input.ts";
import { remarks } from "./render-summary.ts";
import { inBlocks } from "./text-blocks.ts";

/** Statements must be sorted by kind, and a comparison passes only once. */
const MOST_OPERATIONS = 200_000;

/** The script that would make the target equal the source; holds the operations, so it refuses very many. */
export async function* renderSql(input: RenderInput): AsyncGenerator<string> {
  const held = await heldOperations(input);
  const notes = remarks(await input.result, createPalette(false));
  yield* inBlocks(
    sqlScript({
      about: [`Makes ${input.target} equal to ${input.source}.`, ...USAGE, ...notes],
      tables: input.tables.map((table) => table.patchTable),
      async *operations(op) {
        yield held[op];
      },
    }),
  );
}

async function heldOperations(
  input: RenderInput,
): Promise<Record<PatchOperation["op"], readonly PatchOperation[]>> {
  const held: Record<PatchOperation["op"], PatchOperation[]> = { insert: [], update: [], delete: [] };
  let count = 0;
  for await (const change of input.changes) {
    const table = input.tables[change.table];
    if (table === undefined) continue;
    held[change.kind].push(patchOperation(table.patchTable, change));
    count += 1;
    if (count > MOST_OPERATIONS) throw tooMany();
  }
  return held;
}

function tooMany(): CodedError {
  return new CodedError(
    "limit.exceeded",
    `More than ${MOST_OPERATIONS} operations are too many for this format on the way.`,
    {
      hint: "Write a patch with --output FILE, then run: syncline patch sql FILE",
    },
  );
}
