import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { PlaceOptions } from "../service-options.ts";
import { deskInput } from "./service-input.ts";

export async function runReload(session: Session, options: PlaceOptions): Promise<ExitReason> {
  const { openDesk } = await import("@syncline/server/service");
  const desk = await openDesk(await deskInput(session, options));
  try {
    await desk.reload();
    session.people.say("Every process reads its config again; what is wrong with it is in its log.");
    return "ok";
  } finally {
    await desk.close();
  }
}
