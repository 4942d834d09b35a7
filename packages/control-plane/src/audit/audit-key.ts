import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import type { Executor, Transaction } from "../database/open-database.ts";
import { signingKeyBinding } from "../reviews/signing-key.ts";
import { signingKeys } from "../schema/index.ts";

/** The pair that signs checkpoints of an organization's audit log. */
export class AuditKey {
  readonly id: string;
  /** `ed25519:` and base64. */
  readonly name: string;
  readonly #privateKey: KeyObject;

  constructor(id: string, privateKey: KeyObject) {
    this.id = id;
    this.#privateKey = privateKey;
    this.name = `ed25519:${rawPublicKey(createPublicKey(privateKey))}`;
  }

  /** Base64. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.#privateKey).toString("base64");
  }
}

type KeyRow = typeof signingKeys.$inferSelect;

/** The one in use; made when it is needed first. */
export async function auditKeyOf(
  cp: ControlPlane,
  tx: Transaction,
  organizationId: string,
): Promise<AuditKey> {
  const mine = and(ofLog(organizationId), eq(signingKeys.retired, false));
  const [known] = await tx.select().from(signingKeys).where(mine);
  if (known !== undefined) return openKey(cp, known);
  return makeAuditKey(cp, tx, organizationId);
}

/** The one before must be retired. */
export async function makeAuditKey(
  cp: ControlPlane,
  tx: Transaction,
  organizationId: string,
): Promise<AuditKey> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = new AuditKey(randomUUID(), privateKey);
  const der = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  await tx.insert(signingKeys).values({
    id: key.id,
    organizationId,
    purpose: "audit",
    publicKey: key.name.slice("ed25519:".length),
    sealedPrivateKey: cp.sealer.seal(der, signingKeyBinding({ id: key.id, organizationId })),
  });
  return key;
}

/**
 * Keys of an organization's log that are genuine: their private half opens under the master key, which who can only
 * write to the database does not have. The one in use first.
 */
export async function genuineAuditKeys(
  cp: ControlPlane,
  db: Executor,
  organizationId: string,
): Promise<string[]> {
  const rows = await db.select().from(signingKeys).where(ofLog(organizationId)).orderBy(signingKeys.retired);
  return rows.flatMap((row) => {
    try {
      return [openKey(cp, row).name];
    } catch {
      return [];
    }
  });
}

const ofLog = (organizationId: string) =>
  and(eq(signingKeys.organizationId, organizationId), eq(signingKeys.purpose, "audit"));

function openKey(cp: ControlPlane, row: KeyRow): AuditKey {
  const der = Buffer.from(cp.sealer.open(row.sealedPrivateKey, signingKeyBinding(row)), "base64");
  return new AuditKey(row.id, createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

function rawPublicKey(key: KeyObject): string {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");
}
