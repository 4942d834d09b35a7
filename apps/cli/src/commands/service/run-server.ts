import type { RunningService } from "@syncline/server/service";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ServerOptions } from "../service-options.ts";
import { serviceInput } from "./service-input.ts";
import { untilItEnds } from "./until-it-ends.ts";

/** Serves until it is asked to end. */
export async function runServer(session: Session, options: ServerOptions): Promise<ExitReason> {
  const { startService } = await import("@syncline/server/service");
  const input = await serviceInput(session, options, "server");
  const running = await startService({
    ...input,
    newKey: options.newKey === true,
    newAdminLink: options.newAdminLink === true,
  });
  if (options.newAdminLink === true && running.firstSetup === null)
    session.people.warn(
      'No link was made: the feature "password-sign-in" is off. With the administrator\'s key: syncline people invite … --role admin.',
    );
  greet(session, running, input.settings.signIn.publicUrl?.origin ?? running.url);
  await untilItEnds(session, running);
  return "ok";
}

function greet(
  { people, paint }: Session,
  { url, firstKey, firstSetup }: RunningService,
  browsers: string | null,
): void {
  people.say(
    `${paint("green", "✓")} Syncline listens on ${url ?? "no port"} (dashboard at /, API under /api/v1, its reference at /docs)`,
  );
  if (firstSetup !== null)
    people.tell(
      `  Open this to become an administrator; shown this once, works for 7 days and one person:\n\n    ${browsers}/accept#${firstSetup}\n`,
    );
  if (firstKey === null) return;
  people.tell(`  An administrator's key, shown this once:\n\n    ${firstKey}\n`);
  people.say(`  Try: curl -H "Authorization: Bearer ${firstKey.slice(0, 12)}…" ${url}/api/v1/me`);
}
