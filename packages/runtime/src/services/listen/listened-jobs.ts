import { type ControlPlane, listListenSchedules, type ScheduledJob } from "@syncline/control-plane";
import { parseDuration } from "@syncline/jobs";

/** A job that runs when a server says so. */
export interface ListenedJob {
  readonly scheduled: ScheduledJob;
  readonly channel: string;
  readonly quietMs: number;
}

/** The jobs that one connection serves: those of one project and one server. */
export interface ListenedServer {
  /** Tells servers apart, and whether its channels have changed. */
  readonly key: string;
  readonly server: string;
  readonly scope: { readonly organizationId: string; readonly projectId: string };
  readonly jobs: readonly ListenedJob[];
}

export async function readListenedServers(cp: ControlPlane): Promise<readonly ListenedServer[]> {
  const found = (await listListenSchedules(cp)).flatMap((scheduled) => {
    const { schedule } = scheduled.schedule;
    if (!("listen" in schedule)) return [];
    const { server, channel, quiet } = schedule.listen;
    const { organizationId, projectId } = scheduled.job;
    return [
      { server, organizationId, projectId, job: { scheduled, channel, quietMs: parseDuration(quiet) ?? 0 } },
    ];
  });
  const byServer = Map.groupBy(found, ({ server, projectId }) => JSON.stringify([projectId, server]));
  return [...byServer].flatMap(([place, entries]) => {
    const [first] = entries;
    if (first === undefined) return [];
    const { server, organizationId, projectId } = first;
    const channels = [...new Set(entries.map(({ job }) => job.channel))].sort();
    const jobs = entries.map(({ job }) => job);
    return [
      { key: `${place} ${JSON.stringify(channels)}`, server, scope: { organizationId, projectId }, jobs },
    ];
  });
}
