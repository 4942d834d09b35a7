export interface FlowRule {
  /** A server, an environment, `files` or `*`. */
  readonly from: string;
  readonly to: string;
  /** Whether it holds only for masked rows. */
  readonly masked: boolean;
}

export interface FlowRules {
  readonly default: "allow" | "deny";
  readonly allow: readonly FlowRule[];
}

export const NO_FLOWS: FlowRules = { default: "allow", allow: [] };

/** Name of sources that are files. */
export const FILES = "files";
