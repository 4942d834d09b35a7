import { CodedError, isCodedError } from "@syncline/core";
import { translateError } from "../connection/translate-error.ts";

interface DriverFields {
  readonly code?: unknown;
  readonly constraint?: string;
  readonly table?: string;
  readonly schema?: string;
  readonly column?: string;
  readonly dataType?: string;
}

export function sqlStateOf(error: unknown): string {
  if (isCodedError(error)) return String(error.details["sqlState"] ?? "");
  const code = (error as DriverFields | null)?.code;
  return typeof code === "string" ? code : "";
}

/** Unique and exclusion violations: what an insert of a row that is there, or a swap of unique values, meets first. */
export function isUniqueViolation(error: unknown): boolean {
  return ["23505", "23P01"].includes(sqlStateOf(error));
}

const VIOLATIONS: Readonly<Record<string, string>> = {
  "23502": "a column that must not be null",
  "23503": "a foreign key",
  "23505": "a unique constraint",
  "23514": "a check",
  "23P01": "an exclusion constraint",
};

/** Errors of statements inside an application; names constraint and table, never a value. */
export function translateWriteError(error: unknown, label: string): CodedError {
  if (isCodedError(error)) return error;
  const sqlState = sqlStateOf(error);
  if (sqlState.startsWith("23") || sqlState === "44000")
    return violation(error as DriverFields, sqlState, label);
  if (sqlState === "22001" || sqlState.startsWith("22")) return badValue(error, sqlState, label);
  if (sqlState === "42501") return denied(error as DriverFields, label);
  return translateError(error, `Applying to "${label}"`);
}

function violation(error: DriverFields, sqlState: string, label: string): CodedError {
  const rule = VIOLATIONS[sqlState] ?? "a constraint";
  const constraint = error.constraint === undefined ? "" : ` "${error.constraint}"`;
  const column = error.column === undefined ? "" : ` in column "${error.column}"`;
  const table = error.table === undefined ? "" : ` of table "${error.table}"`;
  return new CodedError(
    "patch.constraint_violated",
    `The patch breaks ${rule}${constraint}${column}${table} of "${label}"; nothing was written.`,
    {
      hint: "Rows of the target outside the patch stand in the way; compare again, with all tables that belong together.",
      details: {
        sqlState,
        constraint: error.constraint ?? null,
        table: error.table ?? null,
        column: error.column ?? null,
      },
      cause: withoutValues(error),
    },
  );
}

function badValue(error: unknown, sqlState: string, label: string): CodedError {
  return new CodedError(
    "schema.changed",
    `"${label}" refused a value of the patch (SQLSTATE ${sqlState}); nothing was written.`,
    {
      hint: "The patch was edited, or a type, domain or enum differs between the sides; compare again.",
      details: { sqlState },
      cause: withoutValues(error),
    },
  );
}

function denied(error: DriverFields, label: string): CodedError {
  const message = (error as Error).message;
  return new CodedError("permission.denied", `Not allowed on "${label}": ${message}.`, {
    hint: "Grant SELECT, INSERT, UPDATE and DELETE on the patch's tables and on schema syncline to this role.",
    details: { sqlState: "42501" },
    cause: error,
  });
}

/** The server's message and detail of such errors quote the row. */
function withoutValues(error: unknown): Error {
  const { routine, code } = error as { routine?: string; code?: string };
  return new Error(`SQLSTATE ${code ?? "?"} from ${routine ?? "the server"}`);
}
