/** At the end of `application_name`: sessions of the control plane, which are told from all others by it. */
export const CONTROL_SESSION = " control";
/** The same of processes that say for whom each transaction is; older ones lack it, and row security would blind them. */
export const SECURED_SESSION = ` secured${CONTROL_SESSION}`;
/** `application_name` of the queue's sessions. */
export const QUEUE_SESSION = "syncline queue";
/** PostgreSQL cuts longer ones. */
const LONGEST_NAME = 63;

export function controlSessionName(applicationName: string): string {
  return applicationName.slice(0, LONGEST_NAME - SECURED_SESSION.length) + SECURED_SESSION;
}
