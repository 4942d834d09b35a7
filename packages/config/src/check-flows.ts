import type { ConfigDocument } from "./config-schema.ts";
import { FILES } from "./flow-rules.ts";
import type { SchemaIssue } from "./schema-issues.ts";

/** A name that nothing has would leave a target open that somebody meant to close. */
export function checkFlows({ servers, flows }: ConfigDocument): SchemaIssue[] {
  const environments = Object.values(servers).flatMap(({ environment }) => environment ?? []);
  const known = new Set(["*", ...Object.keys(servers), ...environments]);
  return flows.allow.flatMap(({ from, to }, index) => [
    ...(known.has(from) || from === FILES ? [] : [unknown(index, "from", from)]),
    ...(known.has(to) ? [] : [unknown(index, "to", to)]),
  ]);
}

function unknown(index: number, side: "from" | "to", name: string): SchemaIssue {
  return {
    path: ["flows", "allow", index, side],
    key: null,
    problem: `"${name}" is neither a server nor an environment of this file`,
  };
}
