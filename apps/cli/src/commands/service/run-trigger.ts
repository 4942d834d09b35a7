import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { TriggerOptions } from "../service.ts";
import { deskInput } from "./service-input.ts";

interface TriggerInput {
  readonly job: string;
  readonly options: TriggerOptions;
}

const EXIT_OF: Readonly<Record<string, ExitReason>> = {
  succeeded: "ok",
  partial: "partial",
  conflicted: "conflict",
};

export async function runTrigger(session: Session, { job, options }: TriggerInput): Promise<ExitReason> {
  const { openDesk } = await import("@syncline/server/service");
  const desk = await openDesk(await deskInput(session, options));
  try {
    const id = await desk.trigger(job);
    const state = options.wait === true ? (await desk.waitFor(id, session.context.signal)).state : "queued";
    if (options.json === true) await session.output.json({ run: id, job, state });
    else await session.output.line(options.wait === true ? `${id} ${state}` : id);
    return options.wait === true ? (EXIT_OF[state] ?? "unexpected") : "ok";
  } finally {
    await desk.close();
  }
}
