/** How long a worker may go without renewing; it stops its unit by itself at two thirds. */
export const LEASE_MS = 12_000;
/** A unit whose lease ran out this often in one attempt ends the attempt: it seems to end its workers. */
export const MAX_LOSSES = 5;
/** A message may be lost; another one is sent after this time. */
export const DISPATCH_AGAIN_MS = 5_000;
