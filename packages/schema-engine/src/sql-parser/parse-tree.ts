/** A node of libpg-query's tree: one key, the node's kind. */
export type ParseNode = Readonly<Record<string, unknown>>;

export function nodeKind(node: ParseNode): string {
  return Object.keys(node)[0] ?? "";
}

export function nodeBody(node: ParseNode): ParseNode {
  return (node[nodeKind(node)] ?? {}) as ParseNode;
}

export function listOf(value: unknown): readonly ParseNode[] {
  return Array.isArray(value) ? (value as ParseNode[]) : [];
}

/** The texts of String nodes: a qualified name in parts. */
export function names(value: unknown): string[] {
  return listOf(value).map((node) => String((node["String"] as ParseNode | undefined)?.["sval"] ?? ""));
}

/** The text of a constant, or undefined for anything else. */
export function constantText(node: ParseNode | undefined): string | undefined {
  const constant = node?.["A_Const"] as ParseNode | undefined;
  if (constant === undefined) return undefined;
  if (constant["isnull"] === true) return "";
  const [kind, value] = Object.entries(constant).find(([key]) => key !== "location") ?? [];
  if (kind === undefined) return "";
  return String(Object.values((value ?? {}) as ParseNode)[0] ?? "");
}
