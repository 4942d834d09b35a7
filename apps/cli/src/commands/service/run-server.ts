import type { RunningService } from "@syncline/server/service";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ServerOptions } from "../service-options.ts";
import { serviceInput } from "./service-input.ts";
import { untilItEnds } from "./until-it-ends.ts";

/** Serves until it is asked to end. */
export async function runServer(session: Session, options: ServerOptions): Promise<ExitReason> {
  const { startService } = await import("@syncline/server/service");
  const running = await startService({
    ...(await serviceInput(session, options, "server")),
    newKey: options.newKey === true,
    newAdminLink: options.newAdminLink === true,
  });
  greet(session, running);
  await untilItEnds(session, running);
  return "ok";
}

function greet({ people, paint }: Session, { url, firstKey, firstSetup }: RunningService): void {
  people.say(
    `${paint("green", "✓")} Syncline listens on ${url ?? "no port"} (API under /api/v1, viewer at /docs)`,
  );
  if (firstSetup !== null)
    people.tell(
      `  Token with which somebody becomes an administrator, shown this once (POST /api/v1/setup, within 7 days):\n\n    ${firstSetup}\n`,
    );
  if (firstKey === null) return;
  people.tell(`  An administrator's key, shown this once:\n\n    ${firstKey}\n`);
  people.say(`  Try: curl -H "Authorization: Bearer ${firstKey.slice(0, 12)}…" ${url}/api/v1/me`);
}
