import { resolve } from "node:path";
import type { PatchTarget } from "@syncline/engine";
import {
  type DirectoryPlace,
  openTarget,
  openWorkspace,
  type Place,
  resolvePlace,
  type Workspace,
} from "@syncline/runtime";
import type { Session } from "../session.ts";

/** The configuration that holds for this call. */
export function sessionWorkspace(session: Session): Promise<Workspace> {
  const { globals, environment, workingFolder } = session;
  return openWorkspace({
    configFile: globals.config ?? null,
    server: globals.server ?? null,
    environment,
    folder: workingFolder,
    warn: (message) => session.people.warn(message),
  });
}

export interface OpenedTarget {
  readonly place: Place;
  readonly target: PatchTarget;
}

/** Opens a target, runs `use` with it and closes it in any case. `before` runs when the place is known but not yet open. */
export async function withTarget<Result>(
  session: Session,
  locator: string,
  use: (opened: OpenedTarget) => Promise<Result>,
  before: (place: Place) => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  const workspace = await sessionWorkspace(session);
  const place = await resolvePlace(workspace, locator, session.context.signal);
  await before(place);
  const target = await openTarget(place, session.context.signal);
  try {
    return await use({ place, target });
  } finally {
    await target.close();
  }
}

/** A directory of rows, as seen from the folder where the command runs. */
export function directoryPlace({ workingFolder }: Session, path: string): DirectoryPlace {
  return { label: path, path: resolve(workingFolder, path) };
}
