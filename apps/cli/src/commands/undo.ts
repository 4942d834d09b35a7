import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { addWriteOptions, type WriteOptions } from "./patch.ts";

export function defineUndo(program: Command, act: Act): void {
  const command = program
    .command("undo")
    .summary("put back the rows that a patch changed")
    .description(
      "Restores the exact rows from before a patch, all or nothing. Rows that somebody edited since are named and " +
        "nothing is undone; --select or --strategy make it partial. The patch file is not needed.",
    )
    .argument("<patch id>", "id of the patch, as `syncline log` prints it")
    .argument("<target>", "where it was applied");
  addWriteOptions(command, "undo").action(
    act(async (session, patchId: string, target: string, options: WriteOptions) => {
      const { runUndo } = await import("./undo/run-undo.ts");
      return runUndo(session, { patchId, target, options });
    }),
  );
  withExamples(command, [
    ["syncline undo 01KDXR7Q2M8V4T6ZB9C3E5G7HJ 'prod:public:*' --dry-run", "would it work?"],
    [
      "syncline undo 01KDXR7Q2M8V4T6ZB9C3E5G7HJ prod:public:users --strategy ours --confirm prod",
      "keep the rows that were edited since",
    ],
  ]);
}
