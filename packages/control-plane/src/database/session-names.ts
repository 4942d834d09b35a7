/** At the end of `application_name`: sessions of the control plane, which are told from all others by it. */
export const CONTROL_SESSION = " control";
/** `application_name` of the queue's sessions. */
export const QUEUE_SESSION = "syncline queue";
/** PostgreSQL cuts longer ones. */
const LONGEST_NAME = 63;

export function controlSessionName(applicationName: string): string {
  return applicationName.slice(0, LONGEST_NAME - CONTROL_SESSION.length) + CONTROL_SESSION;
}
