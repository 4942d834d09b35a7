import type { StableId } from "@supabase/pg-delta";
import { formatIdentifier, formatQualifiedName } from "@syncline/core";

/** `kind name` as people read it: `foreign key`-less, `constraint "a" of table "t"`. */
export function describeId(id: StableId): string {
  if ("target" in id) return `${words(id.kind)} of ${describeId(id.target)}`;
  if ("table" in id && "name" in id) {
    return `${words(id.kind)} ${formatIdentifier(id.name)} of ${formatQualifiedName({ schema: id.schema, name: id.table })}`;
  }
  if ("args" in id) return `${id.kind} ${formatQualifiedName(id)}(${id.args.join(", ")})`;
  if ("schema" in id && "name" in id && typeof id.schema === "string") {
    return `${words(id.kind)} ${formatQualifiedName({ schema: id.schema, name: id.name })}`;
  }
  return "name" in id ? `${words(id.kind)} ${formatIdentifier(id.name)}` : words(id.kind);
}

function words(kind: string): string {
  return kind === "fdw"
    ? "foreign data wrapper"
    : kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
