// One slash too: path functions turn a URL that was given for a file into that.
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/{1,2})([^\s:@/?#'"]*):([^\s'"]*)@/gi;
const URL_PASSWORD = /([?&](?:ssl)?password=)[^&#\s'"]+/gi;
const KEYWORD =
  /\b([\w-]{0,40}(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|authorization))(["']?\s*[=:]\s*)(?:bearer\s+|basic\s+)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'}\])]+)/gi;
const MARK = "[redacted]";

/** A text without the passwords of connection strings in it: `postgres://u:[redacted]@h/db`, `password=[redacted]`. */
export function redactText(text: string): string {
  return redactUrls(text).replace(KEYWORD, `$1$2${MARK}`);
}

/** Only the passwords of URLs: for messages to people, whose prose may well say `servers.prod.password: expected …`. */
export function redactUrls(text: string): string {
  // Most texts are short names: looking for what every URL has is cheaper than the pattern.
  if (!text.includes(":/")) return text;
  return text.replace(URL_CREDENTIALS, `$1$2:${MARK}@`).replace(URL_PASSWORD, `$1${MARK}`);
}

/** The same for every text inside a JSON value, which is given back as it is where there is nothing to hide. */
export function redactUrlsIn(value: unknown): unknown {
  return holdsUrl(value) ? redacted(value) : value;
}

function holdsUrl(value: unknown): boolean {
  if (typeof value === "string") return value.includes(":/");
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUrl);
}

function redacted(value: unknown): unknown {
  if (typeof value === "string") return redactUrls(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redacted(inner)]));
}
