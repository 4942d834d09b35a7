const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s:@/?#'"]*):([^\s'"]*)@/gi;
const KEYWORD =
  /\b([\w-]{0,40}(?:password|passwd|pwd|passphrase|secret|token|api[-_]?key|authorization))(["']?\s*[=:]\s*)(?:bearer\s+|basic\s+)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'}\])]+)/gi;
const MARK = "[redacted]";

/** A text without the passwords of connection strings in it: `postgres://u:[redacted]@h/db`, `password=[redacted]`. */
export function redactText(text: string): string {
  return text.replace(URL_CREDENTIALS, `$1$2:${MARK}@`).replace(KEYWORD, `$1$2${MARK}`);
}
