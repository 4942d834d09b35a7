import { constantText, listOf, names, nodeBody, nodeKind, type ParseNode } from "./parse-tree.ts";

/** Statements that only make something new; each refuses the forms that replace or drop. */
const MAKERS = new Set([
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreateEnumStmt",
  "CompositeTypeStmt",
  "CreateRangeStmt",
  "CreateDomainStmt",
  "CreateStmt",
  "CreateSeqStmt",
  "AlterSeqStmt",
  "IndexStmt",
  "CreatePolicyStmt",
  "CommentStmt",
  "CreateStatsStmt",
]);

/** The same, when `replace` is not set. */
const REPLACERS = new Set(["ViewStmt", "CreateFunctionStmt", "CreateTrigStmt", "RuleStmt", "DefineStmt"]);

const TABLE_CHANGES = new Set([
  "AT_AddColumn",
  "AT_AddConstraint",
  "AT_AddIdentity",
  "AT_AttachPartition",
  "AT_ClusterOn",
  "AT_ColumnDefault",
  "AT_CookedColumnDefault",
  "AT_DisableTrig",
  "AT_EnableAlwaysTrig",
  "AT_EnableReplicaTrig",
  "AT_EnableRowSecurity",
  "AT_EnableTrig",
  "AT_ForceRowSecurity",
  "AT_ReplicaIdentity",
  "AT_SetCompression",
  "AT_SetNotNull",
  "AT_SetOptions",
  "AT_SetRelOptions",
  "AT_SetStatistics",
  "AT_SetStorage",
  "AT_ValidateConstraint",
]);

/** Settings that decide how the file is read, with the values that ours has; null means any. */
const SETTINGS: Readonly<Record<string, RegExp | null>> = {
  client_encoding: /^utf-?8$/i,
  standard_conforming_strings: /^(on|true|1)$/i,
  search_path: null,
  check_function_bodies: null,
  row_security: null,
  datestyle: null,
  intervalstyle: null,
  timezone: null,
  xmloption: null,
  statement_timeout: null,
  lock_timeout: null,
  idle_in_transaction_session_timeout: null,
  transaction_timeout: null,
  client_min_messages: null,
  default_table_access_method: null,
  default_tablespace: /^$/,
};

/** Schemas that belong to the server or to this product. */
const CLOSED_SCHEMAS = new Set(["pg_catalog", "information_schema", "syncline", "pg_toast"]);

/** Whether it is one of the statements that our own export writes. */
export function isKnownStatement(node: ParseNode): boolean {
  const [kind, body] = [nodeKind(node), nodeBody(node)];
  if (reachesClosedSchema(body)) return false;
  if (MAKERS.has(kind)) return true;
  if (REPLACERS.has(kind)) return body["replace"] !== true && isMakingDefinition(kind, body);
  if (kind === "AlterTableStmt") return listOf(body["cmds"]).every(isTableChange);
  if (kind === "AlterDomainStmt") return body["subtype"] === "C";
  if (kind === "CreateTableAsStmt") return body["objtype"] === "OBJECT_MATVIEW";
  if (kind === "VariableSetStmt") return isKnownSetting(body);
  return kind === "SelectStmt" && isStateCall(body);
}

function isMakingDefinition(kind: string, body: ParseNode): boolean {
  return kind !== "DefineStmt" || ["OBJECT_COLLATION", "OBJECT_AGGREGATE"].includes(String(body["kind"]));
}

function isTableChange(command: ParseNode): boolean {
  return TABLE_CHANGES.has(String(nodeBody(command)["subtype"]));
}

function reachesClosedSchema(body: ParseNode): boolean {
  const relation = (body["relation"] ?? {}) as ParseNode;
  return (
    CLOSED_SCHEMAS.has(String(relation["schemaname"] ?? "")) ||
    CLOSED_SCHEMAS.has(String(body["schemaname"] ?? ""))
  );
}

function isKnownSetting(body: ParseNode): boolean {
  const name = String(body["name"] ?? "").toLowerCase();
  if (body["kind"] !== "VAR_SET_VALUE" || !Object.hasOwn(SETTINGS, name)) return false;
  const value = listOf(body["args"]).map(constantText).join(",");
  return isAllowedValue(name, value);
}

function isAllowedValue(name: string, value: string): boolean {
  const allowed = SETTINGS[name];
  return allowed === null || allowed?.test(value) === true;
}

/** `SELECT pg_catalog.setval('…', 5, true)`, and pg_dump's `set_config` of the search path. */
function isStateCall(body: ParseNode): boolean {
  const targets = listOf(body["targetList"]);
  const call = (nodeBody(targets[0] ?? {})["val"] as ParseNode | undefined)?.["FuncCall"] as
    | ParseNode
    | undefined;
  if (targets.length !== 1 || call === undefined || hasClauses(body)) return false;
  const name = names(call["funcname"]).join(".");
  const values = listOf(call["args"]).map(constantText);
  if (values.includes(undefined)) return false;
  if (name === "pg_catalog.setval") return true;
  return name === "pg_catalog.set_config" && values[0] === "search_path";
}

function hasClauses(body: ParseNode): boolean {
  return ["fromClause", "whereClause", "withClause", "intoClause", "larg"].some(
    (clause) => body[clause] !== undefined,
  );
}
