import { useState } from "react";
import { draftKey } from "../../api/drafts.ts";
import { useMe } from "../../api/me.ts";

/** A text that is being typed, kept under a name until it is cleared: closing what shows it, or loading the page again, loses nothing. */
export function useDraft(name: string): readonly [string, (text: string) => void] {
  const me = useMe();
  const key = draftKey(me.user?.id ?? me.actor, name);
  const [text, setText] = useState(() => read(key));
  const set = (next: string) => {
    setText(next);
    try {
      if (next === "") sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, next);
    } catch {
      // Kept in the page alone, where the browser keeps nothing.
    }
  };
  return [text, set];
}

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
