import type { RunSummary } from "@syncline/control-plane";
import type { RunContext } from "@syncline/engine";
import type { Place } from "../place.ts";
import type { ReachedPoint } from "../services/kill-points.ts";
import type { Workspace } from "../workspace.ts";

/** What somebody who has to agree to a write is told of its target. */
export type WriteTarget = Pick<
  Place,
  "label" | "server" | "protection" | "confirmationName" | "unresolvedServers" | "environment"
>;

/** What a write will do, for whoever has to agree. */
export interface WantedWrite {
  readonly action: string;
  readonly target: WriteTarget;
  readonly dryRun: boolean;
}

/** What others have agreed to before: an approved review of exactly this run. */
export interface Consent {
  /** Different people, none of them the author. */
  readonly approvals: number;
  /** Public keys that signed it, in text form. */
  readonly signers: readonly string[];
}

/** Of one environment that the target belongs to, or of none. */
export interface AskedConsent {
  readonly environment: string | null;
  readonly required: number;
}

/**
 * Everything an operation gets besides its input. The command line and the run worker make one each; what is asked at a
 * terminal there is settled by the job's definition here.
 */
export interface OperationSetting {
  readonly workspace: Workspace;
  /** Where relative paths start. */
  readonly folder: string;
  readonly context: RunContext;
  /** @throws CodedError `target.protected`, `target.readonly`, `usage.confirmation_required` */
  readonly confirmWrite: (wanted: WantedWrite) => Promise<void>;
  /**
   * What others agreed to, asked for when rules demand it; null: nobody did. Absent where there are no reviews, as at a
   * terminal: there a patch's own signatures are approvals.
   * @throws CodedError `review.*`, which say why a review does not count
   */
  readonly consent?: (asked: AskedConsent) => Promise<Consent | null>;
  /** Names what is written in the target's ledger, so that doing it again finds it; a new one when null. */
  readonly applicationId: string | null;
  /** Checked by the target, per control plane; null for people at a terminal. */
  readonly fence: { readonly domain: string; readonly token: bigint } | null;
  /** See docs/run-SPEC.md; absent outside of the service. */
  readonly reached?: ReachedPoint;
}

/** What every operation tells in the end; the command line prints more of its own. */
export type OperationReport = RunSummary;
