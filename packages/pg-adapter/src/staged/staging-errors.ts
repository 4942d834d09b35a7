import { CodedError, isCodedError } from "@syncline/core";
import { translateError } from "../connection/translate-error.ts";

/** No right to create temporary tables; a standby or a read-only server. */
const NO_TEMPORARY_TABLES = new Set(["42501", "25006"]);

/** What a failure of the staging session means to people. */
export function explainStaging(error: unknown, label: string): CodedError {
  const { code } = error as { code?: string };
  if (!NO_TEMPORARY_TABLES.has(code ?? "")) return translateError(error, `Reading ${label}`);
  return noTemporaryTables(label, error);
}

/** `permission.denied` that `cannotStage` knows. */
export function noTemporaryTables(label: string, cause?: unknown): CodedError {
  return new CodedError(
    "permission.denied",
    `Reading ${label}: the database that should check its values allows no temporary tables.`,
    {
      hint: "Let its owner run: GRANT TEMPORARY ON DATABASE … TO …; or use a server that is no standby.",
      details: { cannotStage: true },
      cause,
    },
  );
}

/** Whether another host, such as the embedded server, can do what this one refused. */
export function cannotStage(error: unknown): boolean {
  return isCodedError(error) && error.details.cannotStage === true;
}
