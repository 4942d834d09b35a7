import type { ControlPlane, EventRecord } from "@syncline/control-plane";

export interface ReadEventsInput {
  readonly organizationId: string;
  readonly after: number;
  readonly runId: string | null;
  readonly limit: number;
}

type Row = Pick<EventRecord, "id" | "runId" | "type" | "payload" | "at">;

/** Events after a number, in their order; on a connection beside those of requests. */
export async function readEventsAfter({ sql }: ControlPlane, input: ReadEventsInput): Promise<Row[]> {
  const { organizationId, after, runId, limit } = input;
  const rows = await sql<(Omit<Row, "id"> & { id: string })[]>`
    SELECT id, run_id AS "runId", type, payload, at
    FROM syncline_control.events
    WHERE organization_id = ${organizationId} AND id > ${after}
      ${runId === null ? sql`` : sql`AND run_id = ${runId}`}
    ORDER BY id LIMIT ${limit}`;
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

/** The number of the newest event; 0 when there is none. */
export async function lastEventId({ sql }: ControlPlane, organizationId: string): Promise<number> {
  const [row] = await sql<{ id: string | null }[]>`
    SELECT max(id) AS id FROM syncline_control.events WHERE organization_id = ${organizationId}`;
  return Number(row?.id ?? 0);
}
