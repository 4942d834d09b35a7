import { splitConnectionUrl } from "./connection-url-parts.ts";
import type {
  DirectoryLocator,
  EndpointLocator,
  SnapshotLocator,
  TableSelection,
  TenantLocator,
  UrlLocator,
} from "./endpoint-locator.ts";
import { locatorError } from "./locator-error.ts";
import { type LocatorPart, parseLocatorParts, parseTableSelection } from "./locator-parts.ts";
import { utf8Length } from "./text-bytes.ts";

const SNAPSHOT = "snapshot:";
const URL_HINT =
  "Write postgres://user@host:5432/database#tenant:tables, and percent-encode @ : / ? # in user and password.";

/**
 * Reads a locator as people type it. Throws `locator.invalid`, which shows the position and the accepted forms.
 *
 * What it is, is decided in this order: `://` outside quotes → URL; `snapshot:` → snapshot; starts with `.`, `/` or `~`, or has
 * a `/` before the first colon → directory; else `[server:]tenant:tables`.
 */
export function parseEndpointLocator(text: string): EndpointLocator {
  const nul = text.indexOf("\0");
  if (nul >= 0 && !text.includes("://"))
    throw locatorError("a NUL character is not allowed", { text, index: nul });
  if (text.trim() === "") throw locatorError("it is empty", { text, index: 0 });
  if (hasScheme(text)) return parseUrl(text);
  if (text.startsWith(SNAPSHOT)) return parseSnapshot(text);
  if (isDirectory(text)) return { kind: "directory", path: text } satisfies DirectoryLocator;
  return parseTenant(text);
}

/** Blanks out quoted parts, keeping every position. */
function outsideQuotes(text: string): string {
  return text.replace(/"(?:[^"]|"")*(?:"|$)/g, (part) => "_".repeat(part.length));
}

function hasScheme(text: string): boolean {
  return outsideQuotes(text).includes("://");
}

function isDirectory(text: string): boolean {
  if (/^[./~]/.test(text)) return true;
  return (outsideQuotes(text).split(":", 1)[0] ?? "").includes("/");
}

function parseTenant(text: string): TenantLocator {
  const { names, tables } = parseLocatorParts(text);
  const [first, second, extra] = names;
  if (first === undefined || extra !== undefined) {
    throw locatorError("there are more than three parts", { text, index: (extra?.index ?? 1) - 1 });
  }
  if (second === undefined) return { kind: "tenant", server: null, tenant: first.value, tables };
  return { kind: "tenant", server: first.value, tenant: second.value, tables };
}

function parseSnapshot(text: string): SnapshotLocator {
  const rest = parseSnapshotParts(text);
  return { kind: "snapshot", id: rest.id, tables: rest.tables };
}

function parseSnapshotParts(text: string): { readonly id: string; readonly tables: TableSelection } {
  const offset = SNAPSHOT.length;
  const colon = outsideQuotes(text).indexOf(":", offset);
  const both = colon < 0 ? parseLocatorParts(`${text}:*`, offset) : parseLocatorParts(text, offset);
  const [id, extra] = both.names;
  if (id === undefined || extra !== undefined) {
    throw locatorError("a snapshot is snapshot:id or snapshot:id:tables", {
      text,
      index: (extra?.index ?? offset + 1) - 1,
    });
  }
  return { id: id.value, tables: both.tables };
}

function parseUrl(text: string): UrlLocator {
  const hash = text.indexOf("#");
  const url = hash < 0 ? text : text.slice(0, hash);
  assertConnectionUrl(url);
  if (hash < 0) return { kind: "url", url, tenant: "public", tables: { kind: "all" } };
  const fragment = decodeFragment(text.slice(hash + 1));
  const { names, tables } = parseFragment(fragment);
  const [tenant, extra] = names;
  if (tenant === undefined || extra !== undefined) {
    throw locatorError(
      "the part after # is tenant:tables",
      { text: fragment, index: (extra?.index ?? 1) - 1 },
      URL_HINT,
    );
  }
  return { kind: "url", url, tenant: schemaName(tenant, fragment), tables };
}

function assertConnectionUrl(url: string): void {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === "http" || scheme === "https") {
    const hint = "Name the remote Syncline server in syncline.yaml and write server:tenant:tables.";
    throw locatorError("a remote server cannot be given as a URL", null, hint);
  }
  if (scheme !== "postgres" && scheme !== "postgresql") {
    throw locatorError("it must start with postgres:// or postgresql://", null, URL_HINT);
  }
  // The text is never shown: a password with a bare / or # lands in the wrong part.
  if (splitConnectionUrl(url) === null || url.includes("\0"))
    throw locatorError("its parts cannot be told apart", null, URL_HINT);
}

function decodeFragment(fragment: string): string {
  try {
    const decoded = decodeURIComponent(fragment);
    if (!decoded.includes("\0")) return decoded;
  } catch {
    // reported below: the decoder's own error shows nothing useful
  }
  throw locatorError("the part after # is not properly percent-encoded", null, URL_HINT);
}

function parseFragment(fragment: string) {
  // An @ here is most likely the rest of a password that has a bare # in it.
  if (outsideQuotes(fragment).includes("@"))
    throw locatorError("the part after # has an @ outside double quotes", null, URL_HINT);
  if (fragment === "") throw locatorError("nothing follows the #", null, URL_HINT);
  return parseLocatorParts(fragment);
}

function schemaName(part: LocatorPart, fragment: string): string {
  const bytes = utf8Length(part.value);
  if (bytes <= 63) return part.value;
  throw locatorError(`this name has ${bytes} bytes; PostgreSQL keeps 63`, {
    text: fragment,
    index: part.index,
  });
}

export { parseTableSelection };
