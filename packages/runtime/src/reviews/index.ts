export { contentOf, type DecidedFor, normalDefinition, type RunContent } from "./review-content.ts";
export type { ReviewedRun, ReviewTools } from "./review-tools.ts";
export { consentOfRun, refusal } from "./run-consent.ts";
export { fingerprintOf, type WrittenPlaces, writtenLocators, writtenPlaces } from "./target-state.ts";
