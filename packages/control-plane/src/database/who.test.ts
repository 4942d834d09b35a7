import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const CREDENTIAL = "a credential says whose it is";
const WORKER = "a worker knows a unit or a run, of whatever organization";
const ROUND = "looks over all organizations in its rounds";

/** Everything that runs across organizations, and why. Whatever answers a request for somebody is not among it. */
const ACROSS: Readonly<Record<string, string>> = {
  "database/channels.ts": "asks whether the database answers",
  "open-control-plane.ts": "makes the first organization",
  "queries/alerted-organizations.ts": ROUND,
  "queries/count-runs.ts": "metrics of the service",
  "queries/count-sealed.ts": "the master key is the service's",
  "queries/find-job-by-hook.ts": CREDENTIAL,
  "queries/gauges.ts": "metrics of the service",
  "queries/known-results.ts": ROUND,
  "queries/list-schedules.ts": ROUND,
  "queries/list-workers.ts": "workers serve all organizations",
  "queries/read-audit-chain.ts": ROUND,
  "verbs/accept-invitation.ts": CREDENTIAL,
  "verbs/authenticate-key.ts": CREDENTIAL,
  "verbs/authenticate-session.ts": CREDENTIAL,
  "verbs/claim-unit.ts": WORKER,
  "verbs/create-organization.ts": "makes an organization",
  "verbs/deliveries.ts": ROUND,
  "verbs/end-reviews.ts": ROUND,
  "verbs/finish-unit.ts": WORKER,
  "verbs/hold-snapshot.ts": WORKER,
  "verbs/note-silence.ts": ROUND,
  "verbs/oidc-sign-ins.ts": "belongs to nobody before it ends",
  "verbs/plan-schedule.ts": ROUND,
  "verbs/plan-units.ts": WORKER,
  "verbs/prune-history.ts": ROUND,
  "verbs/record-patch.ts": ROUND,
  "verbs/register-worker.ts": "workers serve all organizations",
  "verbs/remove-conflicts.ts": ROUND,
  "verbs/remove-pairs.ts": ROUND,
  "verbs/renew-leases.ts": WORKER,
  "verbs/rewrap-all.ts": "the master key is the service's",
  "verbs/sign-in-by-oidc.ts": CREDENTIAL,
  "verbs/sign-in-by-password.ts": CREDENTIAL,
  "verbs/sweep.ts": ROUND,
  "verbs/take-sign-in-attempt.ts": "failures belong to an address",
  "verbs/take-slot.ts": ROUND,
  "verbs/write-checkpoint.ts": ROUND,
};

const SRC = join(import.meta.dirname, "..");
const PACKAGES = join(SRC, "../../..");

const usesOf = (folder: string, word: RegExp) =>
  globSync("**/*.ts", { cwd: folder, exclude: (path) => path.includes("node_modules") })
    .filter((file) => !/\.test\.ts$|(^|\/)testing\//.test(file))
    .filter((file) => word.test(readFileSync(join(folder, file), "utf8")));

it("runs across organizations only where it is said why", () => {
  const found = usesOf(SRC, /\b(read|transact|transaction)\([\w.]+, SERVICE\b|transaction\(SERVICE\b/);
  expect(found.sort()).toEqual(Object.keys(ACROSS).sort());
});

it("is asked for across organizations by nobody outside of the control plane", () => {
  for (const folder of ["packages/runtime/src", "packages/api/src", "apps/server/src", "apps/cli/src"]) {
    expect(
      usesOf(join(PACKAGES, folder), /\bSERVICE\b.*@syncline\/control-plane|transact\(.*SERVICE\b/),
    ).toEqual([]);
    // The driver alone runs as the owner, for whom nothing is left of row security's protection but its being blind.
    expect(usesOf(join(PACKAGES, folder), /\b(cp|controlPlane)\.(sql|sessions)\b/)).toEqual([]);
  }
});
