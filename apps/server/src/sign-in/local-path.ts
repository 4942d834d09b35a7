import { CodedError } from "@syncline/core";

const ANY_ORIGIN = "http://server.invalid";
const DECODINGS = 3;

/**
 * A path of this server to send a browser to, spelled as a URL spells it. @throws CodedError `request.invalid` for whatever
 * some browser or proxy takes for another address
 */
export function localPath(text: string): string {
  const url = URL.parse(text, ANY_ORIGIN);
  if (url === null || url.origin !== ANY_ORIGIN) throw refused();
  // Without its dots a path may begin otherwise than it was written.
  const path = url.pathname + url.search + url.hash;
  if (![...spellings(text), ...spellings(path)].every(isPlain)) throw refused();
  return path;
}

/** As it is, and as whoever decodes it, once or more, sees it. */
function spellings(text: string): string[] {
  const found = [text];
  for (let last = text; found.length <= DECODINGS; found.push(last)) {
    try {
      last = decodeURIComponent(last);
    } catch {
      return [...found, ""];
    }
  }
  return found;
}

/** One slash first, and then neither another nor what counts as one; nothing that ends a header. */
function isPlain(text: string): boolean {
  return /^\/(?![/\\])/.test(text) && !/[\\\p{Cc}]/u.test(text);
}

function refused(): CodedError {
  return new CodedError("request.invalid", "The path to return to is not one of this server.", {
    hint: "Give a path that begins with one slash, like /reviews.",
  });
}
