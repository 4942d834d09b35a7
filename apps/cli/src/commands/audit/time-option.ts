import { CodedError } from "@syncline/core";

/** A time as a person writes it, in UTC where it names no zone. @throws CodedError `usage.invalid` */
export function parseTime(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(zoned) : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new CodedError(
    "usage.invalid",
    `${option} is "${text.slice(0, 80)}"; expected a time like 2026-11-21T08:00:00Z.`,
  );
}
