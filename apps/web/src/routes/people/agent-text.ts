const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\bChrome\/|\bChromium\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/Linux|X11/, "Linux"],
];
const LONGEST = 60;

/** "Firefox on Linux" of a browser's own description; others as they name themselves. */
export function agentText(agent: string | null): string {
  if (agent === null || agent === "") return "unknown";
  const named = (all: readonly (readonly [RegExp, string])[]) =>
    all.find(([pattern]) => pattern.test(agent))?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  if (browser === undefined) return agent.slice(0, LONGEST);
  return system === undefined ? browser : `${browser} on ${system}`;
}
