import { parsePatchTableName } from "@syncline/core";
import type { SqlObject, SqlStatement } from "@syncline/engine";
import { constantText, listOf, names, nodeBody, nodeKind, type ParseNode } from "./parse-tree.ts";

type About = Omit<Extract<SqlStatement, { kind: "known" }>, "kind">;

/** Where each kind of statement names the table or sequence that it is about. */
const RELATIONS: Readonly<Record<string, { readonly part: string; readonly makes: boolean }>> = {
  CreateStmt: { part: "relation", makes: true },
  CreateSeqStmt: { part: "sequence", makes: true },
  ViewStmt: { part: "view", makes: true },
  AlterTableStmt: { part: "relation", makes: false },
  AlterSeqStmt: { part: "sequence", makes: false },
  IndexStmt: { part: "relation", makes: false },
  CreateTrigStmt: { part: "relation", makes: false },
  RuleStmt: { part: "relation", makes: false },
  CreatePolicyStmt: { part: "table", makes: false },
};

/** What a known statement makes or changes. */
export function statementObject(node: ParseNode): About {
  const [kind, body] = [nodeKind(node), nodeBody(node)];
  if (kind === "CreateSchemaStmt")
    return { object: objectOf(body["schemaname"], null), makes: body["if_not_exists"] !== true };
  if (kind === "VariableSetStmt") return isPath(String(body["name"] ?? "")) ? { setsPath: true } : {};
  if (kind === "SelectStmt") return ofCall(body);
  const relation = RELATIONS[kind];
  if (relation === undefined) return {};
  const { schemaname, relname } = (body[relation.part] ?? {}) as ParseNode;
  const makes = relation.makes && body["if_not_exists"] !== true;
  return { object: objectOf(schemaname, String(relname)), makes };
}

/** `setval` and `set_config`, the two calls that are known. */
function ofCall(body: ParseNode): About {
  const target = nodeBody(listOf(body["targetList"])[0] ?? {});
  const call = ((target["val"] ?? {}) as ParseNode)["FuncCall"] as ParseNode;
  const [first] = listOf(call["args"]).map(constantText);
  if (names(call["funcname"]).at(-1) !== "setval") return { setsPath: true };
  const sequence = parsePatchTableName(first ?? "");
  return { object: { ...objectOf(sequence?.schema, sequence?.name ?? null), isState: true }, makes: false };
}

function isPath(setting: string): boolean {
  return setting.toLowerCase() === "search_path";
}

function objectOf(schema: unknown, name: string | null): SqlObject {
  return { schema: typeof schema === "string" ? schema : null, name, isState: false };
}
