/** What a command line takes to ask this server. */
export function ownAddress(): readonly string[] {
  return ["--url", location.origin];
}
