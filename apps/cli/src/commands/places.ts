import { resolve } from "node:path";
import { type DirectoryPlace, openWorkspace, type Workspace } from "@syncline/runtime";
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

/** A directory of rows, as seen from the folder where the command runs. */
export function directoryPlace({ workingFolder }: Session, path: string): DirectoryPlace {
  return { label: path, path: resolve(workingFolder, path) };
}
