import { useState } from "react";

/** A text that is being typed, kept under a name until it is cleared: closing what shows it, or loading the page again, loses nothing. */
export function useDraft(name: string): readonly [string, (text: string) => void] {
  const key = `syncline-draft ${name}`;
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
