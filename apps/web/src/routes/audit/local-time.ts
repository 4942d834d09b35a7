/** An instant as fields of time show it, in the browser's time zone: `2026-11-21T13:05`. */
export function toLocalField(at: string | undefined): string {
  if (at === undefined) return "";
  const date = new Date(at);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** The instant that a field of time means; undefined when it is empty or unfinished. */
export function fromLocalField(text: string): string | undefined {
  const time = new Date(text).getTime();
  return text === "" || Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
