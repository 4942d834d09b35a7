/** Part of the full figure to run, above 0; 1 under `pnpm guarantees`. */
export const GUARANTEE_SCALE = "SYNCLINE_GUARANTEE_SCALE";
/** Seed of every randomised test, a whole number below 2³¹. */
export const GUARANTEE_SEED = "SYNCLINE_SEED";
/** File that takes one JSON line for each recorded guarantee. */
export const GUARANTEE_RECORDS = "SYNCLINE_GUARANTEE_RECORDS";
