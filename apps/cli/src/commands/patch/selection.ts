import {
  createPatchFilter,
  type PatchOperation,
  type PatchSelection,
  type PatchTable,
  parsePatchSelection,
} from "@syncline/core";

/** What `--select` asks for; null means that everything is meant. @throws CodedError `usage.invalid` */
export function parseSelections(texts: readonly string[] | undefined): readonly PatchSelection[] | null {
  return texts === undefined || texts.length === 0 ? null : texts.map(parsePatchSelection);
}

/** The operations that are asked for. @throws CodedError `usage.invalid` for a table that the patch does not have */
export function chooseOperations(
  selections: readonly PatchSelection[] | null,
  tables: readonly PatchTable[],
): ((operation: PatchOperation) => boolean) | null {
  return selections === null ? null : createPatchFilter(selections, tables);
}
