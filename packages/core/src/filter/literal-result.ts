/** A value that the column can hold, in a text form that its type reads whatever the session's settings are. */
export interface Accepted {
  readonly ok: true;
  readonly text: string;
}

/** `expected` completes "expected …". */
export interface Refused {
  readonly ok: false;
  readonly expected: string;
}

export function accepted(text: string): Accepted {
  return { ok: true, text };
}

export function refused(expected: string): Refused {
  return { ok: false, expected };
}
