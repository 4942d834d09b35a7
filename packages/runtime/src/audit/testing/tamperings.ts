import { generateKeyPairSync, sign } from "node:crypto";
import { formatCheckpoint, parseCheckpoint } from "@syncline/core";
import type { AuditWorld } from "./audit-world.ts";

/** Draws numbers from 0 up to, without, `below`. */
export type Draw = (below: number) => number;

export interface Tampering {
  readonly what: string;
  /** The place that must be named; null where more than one is right. */
  readonly seq: number | null;
}

interface Scene {
  readonly world: AuditWorld;
  readonly draw: Draw;
  /** Place of the checkpoint that the verifier holds. */
  readonly held: number;
  /** Entries of our log. */
  readonly length: number;
  /** As a superuser, with every trigger off, in one transaction. */
  readonly run: (...statements: readonly string[]) => Promise<void>;
}

type Tamper = (scene: Scene) => Promise<Tampering>;

const ENTRIES = "syncline_control.audit_entries";
const CHECKPOINTS = "syncline_control.audit_checkpoints";
const HEADS = "syncline_control.audit_heads";

/** Values that no entry has. */
const EDITS: Readonly<Record<string, string>> = {
  id: "id + 1000000",
  organization_id: "THEIRS",
  project_id: "gen_random_uuid()",
  actor: "actor || 'x'",
  user_id: "gen_random_uuid()",
  action: "'nothing.happened'",
  subject_kind: "subject_kind || ' '",
  subject_id: "coalesce(subject_id, '') || '0'",
  detail: `detail || '{"added": true}'`,
  request_id: "coalesce(request_id, '') || 'x'",
  at: "at + interval '1 millisecond'",
  hash: "md5(random()::text) || md5(random()::text)",
};
/** Texts that read alike when they are put together without their lengths. */
const MOVED_TEXT = "actor = left(actor, length(actor) - 1), action = right(actor, 1) || action";

export const TAMPERINGS: Readonly<Record<string, Tamper>> = {
  async "edit of a column"({ world, draw, held, run }) {
    const column = pick(Object.keys(EDITS), draw);
    const seq = 1 + draw(held);
    const value = EDITS[column] ?? "";
    const { organizationId } = world.theirs.scope;
    if (column === "organization_id") {
      const moved = `organization_id = '${organizationId}', seq = (SELECT max(seq) + 1 FROM ${ENTRIES} WHERE organization_id = '${organizationId}')`;
      await run(`UPDATE ${ENTRIES} SET ${moved} WHERE ${at(world, seq)}`);
    } else await run(`UPDATE ${ENTRIES} SET ${column} = ${value} WHERE ${at(world, seq)}`);
    return { what: `edit of ${column}`, seq };
  },
  async "text moved between columns"({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    await run(`UPDATE ${ENTRIES} SET ${MOVED_TEXT} WHERE ${at(world, seq)}`);
    return { what: "text moved between columns", seq };
  },
  async "clock set back"({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    await run(`UPDATE ${ENTRIES} SET at = at - interval '1 day' WHERE ${ours(world)} AND seq >= ${seq}`);
    return { what: "clock set back", seq };
  },
  async deletion({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    const last = Math.min(held, seq + draw(5));
    await run(`DELETE FROM ${ENTRIES} WHERE ${ours(world)} AND seq BETWEEN ${seq} AND ${last}`);
    return { what: "deletion", seq };
  },
  async "deletion with new numbers"({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    await run(
      `DELETE FROM ${ENTRIES} WHERE ${at(world, seq)}`,
      ...renumber(world, { from: seq, by: -1 }),
      `UPDATE ${HEADS} SET seq = seq - 1 WHERE ${ours(world)}`,
    );
    return { what: "deletion with new numbers", seq };
  },
  async reordering({ world, draw, held, run }) {
    const one = 1 + draw(held - 1);
    const other = one + 1 + draw(held - one);
    const stay = draw(2) === 0;
    const [x, y] = [one, other];
    // Either the rows trade their places, or only what they say does.
    await run(
      stay
        ? `WITH s AS (SELECT seq, id, actor, user_id, action, subject_id, detail, request_id, at FROM ${ENTRIES} WHERE ${ours(world)} AND seq IN (${x}, ${y}))
           UPDATE ${ENTRIES} e SET actor = s.actor, user_id = s.user_id, action = s.action, subject_id = s.subject_id, detail = s.detail,
             request_id = s.request_id, at = s.at, id = -s.id FROM s WHERE e.organization_id = '${world.ours.scope.organizationId}'
             AND e.seq IN (${x}, ${y}) AND s.seq <> e.seq`
        : `UPDATE ${ENTRIES} SET seq = -seq WHERE ${ours(world)} AND seq IN (${x}, ${y})`,
      stay
        ? `UPDATE ${ENTRIES} SET id = -id WHERE id < 0`
        : `UPDATE ${ENTRIES} SET seq = CASE seq WHEN -${x} THEN ${y} ELSE ${x} END WHERE ${ours(world)} AND seq < 0`,
    );
    return { what: stay ? "contents traded" : "places traded", seq: one };
  },
  async truncation({ world, draw, held, run }) {
    const kept = draw(held);
    const hide = draw(3);
    await run(
      `DELETE FROM ${ENTRIES} WHERE ${ours(world)} AND seq > ${kept}`,
      ...(hide > 0 ? headAt(world, kept) : []),
      ...(hide > 1 ? [`DELETE FROM ${CHECKPOINTS} WHERE ${ours(world)} AND seq > ${kept}`] : []),
    );
    return { what: `truncation${["", ", head too", ", head and checkpoints too"][hide]}`, seq: kept + 1 };
  },
  async insertion({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    const hashed = draw(2) === 0;
    await run(
      ...renumber(world, { from: seq, by: 1 }),
      `INSERT INTO ${ENTRIES} (organization_id, actor, action, subject_kind, detail, at, seq, hash)
       SELECT organization_id, 'key:forged', 'job.create', 'job', '{}', at, ${seq}, repeat('a', 64) FROM ${ENTRIES} WHERE ${at(world, seq + 1)}`,
      ...(hashed ? rehash(world, seq, seq) : []),
      `UPDATE ${HEADS} SET seq = seq + 1 WHERE ${ours(world)}`,
    );
    return { what: `insertion${hashed ? " with its hash" : ""}`, seq: null };
  },
  async "restamp without a key"({ world, draw, held, length, run }) {
    const seq = 1 + draw(held);
    const whole = draw(2) === 0;
    const last = whole ? length : Math.min(length, seq + draw(length - seq + 1));
    await run(
      `UPDATE ${ENTRIES} SET actor = 'key:somebody-else' WHERE ${at(world, seq)}`,
      ...rehash(world, seq, last),
    );
    return { what: whole ? "restamp of the rest" : "restamp of a part", seq: null };
  },
  async "restamp after a deletion"({ world, draw, held, length, run }) {
    const seq = 1 + draw(held);
    await run(
      `DELETE FROM ${ENTRIES} WHERE ${at(world, seq)}`,
      ...renumber(world, { from: seq, by: -1 }),
      `UPDATE ${HEADS} SET seq = seq - 1 WHERE ${ours(world)}`,
      ...rehash(world, seq, length - 1),
    );
    return { what: "restamp after a deletion", seq: null };
  },
  async "restamp with a new key"({ world, draw, held, length, run }) {
    const seq = 1 + draw(held);
    const known = draw(2) === 0;
    await run(
      `UPDATE ${ENTRIES} SET actor = 'key:somebody-else' WHERE ${at(world, seq)}`,
      ...rehash(world, seq, length),
    );
    await signAnew(world, { from: known ? 0 : seq, run });
    return { what: "restamp with a new key", seq: null };
  },
  async "clock set back and restamped"({ world, draw, held, length, run }) {
    const seq = 1 + draw(held);
    await run(
      `UPDATE ${ENTRIES} SET at = at - interval '1 hour' WHERE ${ours(world)} AND seq >= ${seq}`,
      ...rehash(world, seq, length),
    );
    return { what: "clock set back and restamped", seq: null };
  },
  async "checkpoint removed"({ world, draw, run }) {
    const { seq } = pick(world.checkpoints, draw);
    await run(`DELETE FROM ${CHECKPOINTS} WHERE ${ours(world)} AND seq = ${seq}`);
    return { what: "checkpoint removed", seq: null };
  },
  async "checkpoint edited"({ world, draw, run }) {
    const { seq } = pick(world.checkpoints, draw);
    const edits = [
      "hash = md5('a') || md5('b')",
      "at = at + interval '1 second'",
      "previous = md5('a') || md5('b')",
      "seq = seq - 1",
    ];
    const forged = [
      "public_key = encode(sha256('x'), 'base64')",
      "signature = encode(sha256('x') || sha256('y'), 'base64')",
    ];
    const edit = pick([...edits, ...forged], draw);
    await run(`UPDATE ${CHECKPOINTS} SET ${edit} WHERE ${ours(world)} AND seq = ${seq}`);
    return { what: `checkpoint edited: ${edit.split(" ")[0]}`, seq: null };
  },
  async "row taken in from another organization"({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    const replace = draw(2) === 0;
    await run(
      ...(replace
        ? [`DELETE FROM ${ENTRIES} WHERE ${at(world, seq)}`]
        : renumber(world, { from: seq, by: 1 })),
      ...(replace ? [] : [`UPDATE ${HEADS} SET seq = seq + 1 WHERE ${ours(world)}`]),
      `UPDATE ${ENTRIES} SET organization_id = '${world.ours.scope.organizationId}', seq = ${seq}
       WHERE organization_id = '${world.theirs.scope.organizationId}' AND seq = ${1 + draw(5)}`,
    );
    return { what: "row taken in from another organization", seq: replace ? seq : null };
  },
  async "row without a place"({ world, draw, held, run }) {
    const seq = 1 + draw(held);
    await run(`UPDATE ${ENTRIES} SET seq = NULL WHERE ${at(world, seq)}`);
    return { what: "row without a place", seq: null };
  },
};

const pick = <T>(items: readonly T[], draw: Draw): T => items[draw(items.length)] as T;
const ours = ({ ours: { scope } }: AuditWorld) => `organization_id = '${scope.organizationId}'`;
const at = (world: AuditWorld, seq: number) => `${ours(world)} AND seq = ${seq}`;

function renumber(world: AuditWorld, { from, by }: { readonly from: number; readonly by: number }): string[] {
  return [
    `UPDATE ${ENTRIES} SET seq = -seq WHERE ${ours(world)} AND seq >= ${from}`,
    `UPDATE ${ENTRIES} SET seq = -seq + ${by} WHERE ${ours(world)} AND seq < 0`,
  ];
}

function headAt(world: AuditWorld, seq: number): string[] {
  return [
    `UPDATE ${HEADS} SET seq = ${seq}, hash = coalesce((SELECT hash FROM ${ENTRIES} WHERE ${at(world, seq)}), repeat('0', 64)) WHERE ${ours(world)}`,
  ];
}

/** As the trigger would have made them. */
function rehash(world: AuditWorld, from: number, to: number): string[] {
  return [
    `DO $$
     DECLARE entry syncline_control.audit_entries; previous text;
     BEGIN
       SELECT coalesce((SELECT hash FROM ${ENTRIES} WHERE ${at(world, from - 1)}), repeat('0', 64)) INTO previous;
       FOR entry IN SELECT * FROM ${ENTRIES} WHERE ${ours(world)} AND seq BETWEEN ${from} AND ${to} ORDER BY seq LOOP
         previous := syncline_control.audit_hash(entry, previous);
         UPDATE ${ENTRIES} SET hash = previous WHERE id = entry.id;
       END LOOP;
     END $$`,
    `UPDATE ${HEADS} h SET hash = (SELECT hash FROM ${ENTRIES} e WHERE e.organization_id = h.organization_id AND e.seq = h.seq) WHERE ${ours(world)}`,
  ];
}

/** Signs the checkpoints from a place on with a key of the forger's own, and says that it is the log's. */
async function signAnew(
  world: AuditWorld,
  { from, run }: { readonly from: number; readonly run: Scene["run"] },
): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");
  const statements: string[] = [];
  for (const { seq, statement } of world.checkpoints.filter((checkpoint) => checkpoint.seq >= from)) {
    const [entry] = await world.database.query<{ hash: string }>(
      `SELECT hash FROM ${ENTRIES} WHERE ${at(world, seq)}`,
    );
    const forged = formatCheckpoint({
      ...parseCheckpoint(statement),
      hash: entry?.hash ?? "",
      previous: null,
    });
    const signature = sign(null, Buffer.from(forged), privateKey).toString("base64");
    statements.push(
      `UPDATE ${CHECKPOINTS} SET hash = '${entry?.hash}', previous = NULL, public_key = '${raw}', signature = '${signature}' WHERE ${at(world, seq)}`,
    );
  }
  await run(
    ...statements,
    `UPDATE syncline_control.signing_keys SET public_key = '${raw}' WHERE ${ours(world)}`,
  );
}
