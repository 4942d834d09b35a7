import { type JsonNode, readJson } from "@syncline/core";
import { diffSequences } from "./sequence-diff.ts";

/** What became of one place in a JSON value. */
export type JsonChange =
  | { readonly kind: "same"; readonly text: string }
  | { readonly kind: "replaced"; readonly old: string; readonly new: string }
  | { readonly kind: "object"; readonly members: readonly JsonMember[] }
  | { readonly kind: "array"; readonly members: readonly JsonMember[] };

export interface JsonMember {
  /** Key of an object, place in an array. */
  readonly name: string;
  readonly state: "same" | "added" | "removed" | "changed";
  /** Of "changed". */
  readonly change: JsonChange | null;
  /** Of all others: the value, as JSON. */
  readonly text: string;
}

const MOST_LENGTH = 300_000;

/** Null: one of them is no JSON that can be read, or too long; they are compared as texts then. */
export function diffJson(old: string, next: string): JsonChange | null {
  if (old.length + next.length > MOST_LENGTH) return null;
  const [from, to] = [read(old), read(next)];
  return from === null || to === null ? null : diffNodes(from, to);
}

function read(text: string): JsonNode | null {
  try {
    return readJson(text);
  } catch {
    return null;
  }
}

function diffNodes(old: JsonNode, next: JsonNode): JsonChange {
  const [from, to] = [jsonText(old), jsonText(next)];
  if (from === to) return { kind: "same", text: from };
  if (old.kind === "object" && next.kind === "object")
    return { kind: "object", members: objectMembers(old.entries, next.entries) };
  if (old.kind === "array" && next.kind === "array")
    return { kind: "array", members: arrayMembers(old.items, next.items) };
  return { kind: "replaced", old: from, new: to };
}

/** In the old order, what came with the new one after it. */
function objectMembers(
  old: ReadonlyMap<string, JsonNode>,
  next: ReadonlyMap<string, JsonNode>,
): readonly JsonMember[] {
  const kept = [...old].map(([name, node]) => {
    const other = next.get(name);
    return other === undefined ? alone(name, "removed", node) : member(name, node, other);
  });
  const added = [...next].filter(([name]) => !old.has(name));
  return [...kept, ...added.map(([name, node]) => alone(name, "added", node))];
}

/** Items that stay are found first; what goes and what comes between two of them is paired in order. */
function arrayMembers(old: readonly JsonNode[], next: readonly JsonNode[]): readonly JsonMember[] {
  const members: JsonMember[] = [];
  const steps = diffSequences(old.map(jsonText), next.map(jsonText));
  for (const [at, step] of steps.entries()) {
    const before = steps[at - 1];
    const after = steps[at + 1];
    if (step.kind === "added" && before?.kind === "removed") continue;
    const from = old.slice(step.oldAt, step.oldAt + (step.kind === "added" ? 0 : step.count));
    const added = step.kind === "removed" ? (after?.kind === "added" ? after : null) : step;
    const to = added === null ? [] : next.slice(added.newAt, added.newAt + added.count);
    for (let place = 0; place < Math.max(from.length, to.length); place += 1) {
      const [node, other] = [from[place], to[place]];
      const name = String((added?.newAt ?? step.oldAt) + place);
      if (node !== undefined && other !== undefined) members.push(member(name, node, other));
      else if (other !== undefined) members.push(alone(name, "added", other));
      else if (node !== undefined) members.push(alone(String(step.oldAt + place), "removed", node));
    }
  }
  return members;
}

function member(name: string, old: JsonNode, next: JsonNode): JsonMember {
  const change = diffNodes(old, next);
  return change.kind === "same"
    ? { name, state: "same", change: null, text: change.text }
    : { name, state: "changed", change, text: "" };
}

function alone(name: string, state: "added" | "removed", node: JsonNode): JsonMember {
  return { name, state, change: null, text: jsonText(node) };
}

/** JSON with its digits as they were written, in one line. */
export function jsonText(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "array":
      return `[${node.items.map(jsonText).join(", ")}]`;
    case "object":
      return `{${[...node.entries].map(([name, value]) => `${JSON.stringify(name)}: ${jsonText(value)}`).join(", ")}}`;
  }
}
