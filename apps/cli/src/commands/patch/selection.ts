import { CodedError, type PatchOperation } from "@syncline/core";

export type Selection = (operation: PatchOperation) => boolean;

/** Several --select are alternatives; null means that everything is meant. */
export function parseSelections(texts: readonly string[] | undefined): Selection | null {
  if (texts === undefined || texts.length === 0) return null;
  const parsed = texts.map(parseSelection);
  return (operation) => parsed.some((selection) => selection(operation));
}

function parseSelection(text: string): Selection {
  const tests = text.split(",").map((part) => {
    const [name = "", value] = part.split("=", 2);
    if (value !== undefined && name === "table")
      return (operation: PatchOperation) => operation.table === value;
    if (value !== undefined && name === "kind") return (operation: PatchOperation) => operation.op === value;
    throw new CodedError("usage.invalid", `--select ${text} is not understood.`, {
      hint: "Write table=…,kind=insert|update|delete,key=…",
    });
  });
  return (operation) => tests.every((test) => test(operation));
}
