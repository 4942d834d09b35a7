import {
  type DiffFormat,
  invertHeader,
  invertOperation,
  type PatchFile,
  type PatchOperation,
  renderDiff,
} from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import { renderInputOfPatch } from "../../render/changes-of-patch.ts";
import type { Session } from "../../session.ts";
import { diffFormat } from "../diff/diff-options.ts";
import type { FileCommandOptions, ShowCommandOptions } from "../patch.ts";
import { withPatch } from "./open-patch.ts";
import { chooseOperations, parseSelections } from "./selection.ts";

interface ShowInput {
  readonly file: string;
  readonly options: ShowCommandOptions;
}

export async function runShow(session: Session, { file, options }: ShowInput): Promise<ExitReason> {
  const format = diffFormat(options, "detailed");
  const select = parseSelections(options.select);
  await withPatch(session, file, async (patch) => {
    if (format === "summary" || format === "detailed")
      await session.output.write(formatOrigin(patch, session));
    await renderPatch(session, { patch, format, select });
  });
  return "ok";
}

interface SqlInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runSql(session: Session, { file, options }: SqlInput): Promise<ExitReason> {
  const select = parseSelections(options.select);
  await withPatch(session, file, (patch) =>
    renderPatch(session, {
      patch: options.reverse === true ? reversed(patch) : patch,
      format: "sql",
      select,
    }),
  );
  return "ok";
}

interface RenderPatch {
  readonly patch: Pick<PatchFile, "header" | "operations">;
  readonly format: DiffFormat;
  readonly select: ReturnType<typeof parseSelections>;
}

async function renderPatch(
  { terminal, context, output, people }: Session,
  { patch, format, select }: RenderPatch,
): Promise<void> {
  const input = renderInputOfPatch(patch, patch.operations(), chooseOperations(select, patch.header.tables));
  for await (const text of renderDiff(format, { ...input, color: terminal.color, width: terminal.columns })) {
    context.signal.throwIfAborted();
    people.pause();
    await output.write(text);
  }
}

function reversed(patch: PatchFile): Pick<PatchFile, "header" | "operations"> {
  const { id, createdAt, metadata } = patch.header;
  return {
    header: invertHeader(patch.header, { id, createdAt, createdBy: metadata.createdBy }),
    operations: () => inverted(patch.operations()),
  };
}

async function* inverted(
  batches: AsyncIterable<readonly PatchOperation[]>,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of batches) yield batch.map(invertOperation);
}

/** Where a patch comes from, in a few lines. */
function formatOrigin({ header }: PatchFile, { paint }: Session): string {
  const { id, createdAt, metadata } = header;
  const made = `${createdAt.replace("T", " ").replace(/\.\d+Z$/, "Z")}${metadata.createdBy === null ? "" : ` by ${metadata.createdBy}`}`;
  const lines = [
    `${paint("bold", "Patch")}   ${id}`,
    `${paint("bold", "Made")}    ${made}`,
    ...(metadata.inverts === null ? [] : [`${paint("bold", "Inverts")} ${metadata.inverts}`]),
    ...(metadata.filter === null ? [] : [`${paint("bold", "Filter")}  ${JSON.stringify(metadata.filter)}`]),
    ...(metadata.ignoreFields.length === 0
      ? []
      : [`${paint("bold", "Ignored")} ${metadata.ignoreFields.join(", ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}
