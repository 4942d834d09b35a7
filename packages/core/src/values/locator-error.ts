import { CodedError } from "../errors/coded-error.ts";

const FORMS = [
  "Accepted forms:",
  "  tenant:tables          public:users (on the current server)",
  "  server:tenant:tables   prod:public:users,orders",
  "  connection URL         postgres://user@host:5432/db#public:users",
  "  directory              ./backup/users",
  "  snapshot               snapshot:nightly",
  'Tables are name, schema.name, a,b,c or *. Put a part with odd characters in double quotes: public:"Order:Items".',
].join("\n");

/** Hides what stands between a colon and an at sign: somebody may have typed a connection string without its scheme. */
export function hideCredentials(text: string): string {
  return text.replace(/:[^:\s]*@/g, ":***@");
}

/**
 * `locator.invalid` with the 1-based character where reading stopped.
 * `shown` is null when the text may hold a password; then neither text nor position is printed.
 */
export function locatorError(
  problem: string,
  shown: { readonly text: string; readonly index: number } | null,
  hint = FORMS,
): CodedError {
  if (shown === null)
    return new CodedError("locator.invalid", `The connection URL is not a valid locator: ${problem}.`, {
      hint,
    });
  const position = shown.index + 1;
  const text = hideCredentials(shown.text);
  return new CodedError(
    "locator.invalid",
    `The locator ${quoted(text)} is not valid at character ${position}: ${problem}.`,
    {
      hint,
      details: { position },
    },
  );
}

const MAX_SHOWN = 200;

function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
