export { MasterKey, parseMasterKey } from "./master-key.ts";
export { type SealBinding, Sealer } from "./sealer.ts";
