import { CodedError, type ErrorCode, isCodedError } from "@syncline/core";

interface Translation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
  readonly hint?: string;
}

const AWAY: Translation = {
  code: "control.unavailable",
  message: "The control database cannot be reached",
  retryable: true,
  hint: "Check that it runs and that its address is right.",
};
const LOST: Translation = {
  code: "connection.lost",
  message: "The connection to the control database was lost",
  retryable: true,
  hint: "Try again; what was asked for may have happened.",
};
const STUCK: Translation = {
  code: "control.unavailable",
  message: "The control database took too long",
  retryable: true,
};

/** SQLSTATE (five characters or a class of two) and the driver's own codes. Never judged by message text. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  ECONNREFUSED: AWAY,
  ENOTFOUND: AWAY,
  EAI_AGAIN: AWAY,
  EHOSTUNREACH: AWAY,
  ENETUNREACH: AWAY,
  ENOENT: AWAY,
  ETIMEDOUT: AWAY,
  CONNECT_TIMEOUT: AWAY,
  "57P03": AWAY,
  "53300": { ...AWAY, message: "The control database has no free connection" },
  "53100": { ...AWAY, message: "The disk of the control database is full", hint: "Free space on it." },
  "25006": { ...AWAY, message: "The control database is read-only", hint: "Name its primary." },
  ECONNRESET: LOST,
  EPIPE: LOST,
  CONNECTION_CLOSED: LOST,
  CONNECTION_DESTROYED: LOST,
  CONNECTION_ENDED: LOST,
  "08": LOST,
  "57P01": LOST,
  "57P02": LOST,
  "25P03": LOST,
  "28": {
    code: "connection.authentication_failed",
    message: "The control database refused the user or the password",
  },
  "3D000": { code: "control.unavailable", message: "The control database does not exist" },
  "42501": {
    code: "permission.denied",
    message: "The role of the control database may not do this",
    hint: 'It must own the schema "syncline_control", or may create it.',
  },
  "40001": STUCK,
  "40P01": STUCK,
  "55P03": STUCK,
  "57014": STUCK,
};

const FOREIGN_KEY = "23503";
/** Constraints that tie a row's project, or its person, to its organization. */
const TIED = /_(owner|person|user_id_users_id_fk)$/;

/** The driver's error under drizzle's, which quotes the statement and its parameters and must not travel on. */
export function driverError(error: unknown): Error & { code?: string; constraint_name?: string } {
  let found = error as Error;
  while (found instanceof Error && found.name !== "PostgresError" && found.cause instanceof Error)
    found = found.cause;
  return found;
}

export function sqlStateOf(error: unknown): string {
  const { code } = driverError(error);
  return typeof code === "string" ? code : "";
}

/** Turns what drizzle or the driver throws into an error of ours, without values, statements and addresses. */
export function translateDatabaseError(error: unknown): unknown {
  if (isCodedError(error)) return error;
  const { name } = error as Error;
  const driver = driverError(error);
  const state = sqlStateOf(error);
  const found = TRANSLATIONS[state] ?? TRANSLATIONS[state.slice(0, 2)];
  if (found !== undefined)
    return new CodedError(found.code, `${found.message} (${state}).`, {
      ...(found.hint === undefined ? {} : { hint: found.hint }),
      retryable: found.retryable ?? false,
      details: { sqlState: state },
    });
  const [, tied] = TIED.exec(driver.constraint_name ?? "") ?? [];
  if (state === FOREIGN_KEY && tied !== undefined)
    return new CodedError(
      "resource.not_found",
      `There is no such ${tied === "owner" ? "project" : "person"}.`,
    );
  const ofDatabase = driver.name === "PostgresError" || name === "DrizzleQueryError";
  if (!ofDatabase) return error;
  return new CodedError(
    "internal",
    `The control database refused a statement (SQLSTATE ${state || "unknown"}).`,
    {
      details: { sqlState: state || null, constraint: driver.constraint_name ?? null },
    },
  );
}
