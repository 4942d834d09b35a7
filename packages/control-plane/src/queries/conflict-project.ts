import { sql } from "drizzle-orm";
import { jobs, runs } from "../schema/index.ts";

/** The project of a conflict: its job's, else that of the run that met it last. */
export const conflictProject = sql<string>`coalesce(${jobs.projectId}, ${runs.projectId})`;
