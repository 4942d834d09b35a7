export type { ConnectionRule, Direction, RuleChoice } from "./connection-rule.ts";
export type { CutReason } from "./fault-connection.ts";
export {
  type FaultProxy,
  type FaultProxyOptions,
  startFaultProxy,
  startFaultProxyFor,
} from "./fault-proxy.ts";
export type { Message } from "./message-framer.ts";
export { type KilledRun, type KillMoment, type RunAndKillOptions, runAndKill } from "./run-and-kill.ts";
