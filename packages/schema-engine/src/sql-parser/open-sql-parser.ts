import { CodedError, type QualifiedName } from "@syncline/core";
import type { SqlParser, SqlStatement } from "@syncline/engine";
import { parseSync } from "libpg-query";
import { isKnownStatement } from "./known-statements.ts";
import { loadParser } from "./load-parser.ts";
import { listOf, nodeBody, nodeKind, type ParseNode } from "./parse-tree.ts";
import { statementObject } from "./statement-object.ts";

/** Beyond it the parser's tree would take hundreds of megabytes. */
const MAX_PARSED_CHARACTERS = 4 * 1024 * 1024;

/** PostgreSQL's own grammar, which says what a statement is before any server sees it. */
export function openSqlParser(): SqlParser {
  return {
    async classify(sql) {
      await loadParser();
      return classify(parseOne(sql));
    },
  };
}

function parseOne(sql: string): ParseNode {
  if (sql.length > MAX_PARSED_CHARACTERS) {
    throw new CodedError("limit.exceeded", `a statement is longer than ${MAX_PARSED_CHARACTERS} characters`, {
      hint: "Export the rows as COPY blocks.",
    });
  }
  const statements = parse(sql);
  const [first] = statements;
  if (statements.length !== 1 || first === undefined) {
    throw new CodedError("sql.refused", `${statements.length} statements stand where one was expected`);
  }
  return (first["stmt"] ?? {}) as ParseNode;
}

function parse(sql: string): readonly ParseNode[] {
  try {
    return listOf((parseSync(sql) as unknown as ParseNode)["stmts"]);
  } catch (error) {
    const reason =
      error instanceof Error && /^syntax error/.test(error.message) ? "it is not SQL" : "it cannot be parsed";
    throw new CodedError("sql.refused", reason, { cause: error });
  }
}

function classify(node: ParseNode): SqlStatement {
  const [kind, body] = [nodeKind(node), nodeBody(node)];
  switch (kind) {
    case "TransactionStmt":
      return transaction(String(body["kind"]));
    case "CopyStmt":
      return copy(body);
    case "InsertStmt":
      return insert(body);
    default:
      return isKnownStatement(node)
        ? { kind: "known", ...statementObject(node) }
        : { kind: "other", what: describe(kind, body) };
  }
}

function transaction(kind: string): SqlStatement {
  if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") return { kind: "transaction", ends: false };
  if (kind === "TRANS_STMT_COMMIT") return { kind: "transaction", ends: true };
  return { kind: "forbidden", what: "a rollback, a savepoint or a prepared transaction" };
}

/** COPY with files or programs reaches the server's machine. */
function copy(body: ParseNode): SqlStatement {
  const fromClient =
    body["is_from"] === true && body["filename"] === undefined && body["is_program"] !== true;
  if (!fromClient) return { kind: "forbidden", what: "a COPY with a file, a program or towards the client" };
  const table = relationName(body["relation"]);
  const plain = listOf(body["options"]).length === 0 && body["whereClause"] === undefined;
  return isOpenTable(table)
    ? { kind: "copy", table, plain }
    : { kind: "forbidden", what: "a COPY into a system table" };
}

function insert(body: ParseNode): SqlStatement {
  const select = nodeBody((body["selectStmt"] ?? {}) as ParseNode);
  const rows = listOf(select["valuesLists"]);
  const constant = rows.every((row) => listOf(nodeBody(row)["items"]).every((item) => isConstant(item)));
  const simple = ["onConflictClause", "returningList", "returningClause", "withClause"].every(
    (part) => body[part] === undefined,
  );
  const table = relationName(body["relation"]);
  const isDefault = body["selectStmt"] === undefined;
  const plain =
    simple &&
    isOpenTable(table) &&
    (isDefault || (rows.length > 0 && constant && select["withClause"] === undefined));
  return plain ? { kind: "insert", table } : { kind: "other", what: "an INSERT that computes its rows" };
}

function isConstant(node: ParseNode): boolean {
  const kind = nodeKind(node);
  if (kind === "A_Const" || kind === "SetToDefault") return true;
  const body = nodeBody(node);
  return kind === "TypeCast" && isConstant((body["arg"] ?? {}) as ParseNode);
}

function isOpenTable(table: QualifiedName | null): boolean {
  return table === null || !["pg_catalog", "information_schema", "syncline"].includes(table.schema);
}

function relationName(value: unknown): QualifiedName | null {
  const { schemaname, relname } = (value ?? {}) as ParseNode;
  return typeof schemaname === "string" ? { schema: schemaname, name: String(relname) } : null;
}

/** `DropStmt` as `DROP`, for people. */
function describe(kind: string, body: ParseNode): string {
  const words = kind
    .replace(/Stmt$/, "")
    .replace(/[A-Z]/g, (letter) => ` ${letter}`)
    .trim()
    .toUpperCase();
  const setting = kind === "VariableSetStmt" ? ` of "${String(body["name"] ?? "")}"` : "";
  return `${words}${setting}`;
}
