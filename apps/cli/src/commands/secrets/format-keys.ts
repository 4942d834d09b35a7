import type { AnswerOf, secrets } from "@syncline/api";
import { formatColumns } from "../../render/text-table.ts";
import type { Paint } from "../../terminal/palette.ts";

type Keys = AnswerOf<typeof secrets.secretsStatus>["keys"];

export function formatKeys(keys: Keys, paint: Paint): string {
  const header = ["MASTER KEY", "SECRETS", ""].map((name) => paint("dim", name));
  const rows = keys.map(({ id, current, known, secrets }) => [
    id ?? "none",
    String(secrets),
    stateOf({ current, known, secrets, sealed: id !== null }),
  ]);
  return `${formatColumns([header, ...rows], ["left", "right", "left"]).join("\n")}\n`;
}

interface KeyState {
  readonly current: boolean;
  readonly known: boolean;
  readonly secrets: number;
  readonly sealed: boolean;
}

function stateOf({ current, known, secrets, sealed }: KeyState): string {
  if (current) return "current";
  if (!sealed) return "not sealed yet; rewrap seals them";
  if (!known) return "not known to the server: these secrets cannot be opened";
  return secrets === 0 ? "can be forgotten" : "still needed; rewrap";
}

/** Secrets that are not under the current key. */
export const leftOver = (keys: Keys): number =>
  keys.filter(({ current }) => !current).reduce((sum, { secrets }) => sum + secrets, 0);
