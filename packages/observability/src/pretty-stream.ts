import type { DestinationStream } from "pino";

/** Writes each JSON line as `12:00:00 warn message field=value`. */
export function prettyStream(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(`${prettyLine(line)}\n`) };
}

function prettyLine(line: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [String(time).slice(11, 19), String(level), String(msg ?? ""), ...rest, ...prettyError(err)]
    .filter((part) => part !== "")
    .join(" ");
}

function prettyError(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { code, message, hint } = error as Record<string, unknown>;
  return [`(${[code, message, hint].filter((part) => part !== undefined).join(" · ")})`];
}
