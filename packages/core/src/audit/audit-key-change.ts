/** Action of the entry that says that another key signs checkpoints from now on. */
export const KEY_CHANGE_ACTION = "audit.rotate_key";

/** Detail of such an entry: the older key vouches for the newer one, so that a made-up entry gives nobody trust. */
export interface AuditKeyChange {
  readonly from: string;
  readonly to: string;
  /** Base64, by `from`, over `keyChangeStatement`. */
  readonly proof: string;
}

export interface KeyChangeStatement {
  readonly organization: string;
  readonly from: string;
  readonly to: string;
}

export function keyChangeStatement({ organization, from, to }: KeyChangeStatement): string {
  return JSON.stringify({ syncline: "audit-key", version: 1, organization, from, to });
}

/** Null when an entry's detail is none. */
export function parseKeyChange(detail: string): AuditKeyChange | null {
  try {
    const value = JSON.parse(detail) as Partial<Record<keyof AuditKeyChange, unknown>> | null;
    const { from, to, proof } = value ?? {};
    if (typeof from === "string" && typeof to === "string" && typeof proof === "string")
      return { from, to, proof };
  } catch {
    // not ours
  }
  return null;
}
