import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { signingKeys } from "../schema/index.ts";
import type { SealBinding } from "../sealing/sealer.ts";

export const signingKeyBinding = (row: {
  readonly id: string;
  readonly organizationId: string;
}): SealBinding => ({
  purpose: "signing_key.private",
  organizationId: row.organizationId,
  rowId: row.id,
});

interface Person {
  readonly organizationId: string;
  readonly userId: string;
}

export interface Signed {
  /** `ed25519:` and base64. */
  readonly publicKey: string;
  /** Base64. */
  readonly signature: string;
}

/** Signs with the key that the control plane keeps for a person; made when it is needed first. */
export async function signAs(
  cp: ControlPlane,
  tx: Transaction,
  { person, text }: { readonly person: Person; readonly text: string },
): Promise<Signed> {
  const row = await approvalKey(cp, tx, person);
  const der = Buffer.from(cp.sealer.open(row.sealedPrivateKey, signingKeyBinding(row)), "base64");
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    publicKey: `ed25519:${row.publicKey}`,
    signature: sign(null, Buffer.from(text), privateKey).toString("base64"),
  };
}

async function approvalKey(cp: ControlPlane, tx: Transaction, { organizationId, userId }: Person) {
  const mine = and(
    eq(signingKeys.organizationId, organizationId),
    eq(signingKeys.purpose, "approval"),
    eq(signingKeys.userId, userId),
    eq(signingKeys.retired, false),
  );
  const [known] = await tx.select().from(signingKeys).where(mine);
  if (known !== undefined) return known;
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const id = randomUUID();
  const der = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  await tx
    .insert(signingKeys)
    .values({
      id,
      organizationId,
      purpose: "approval",
      userId,
      publicKey: Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("base64"),
      sealedPrivateKey: cp.sealer.seal(der, signingKeyBinding({ id, organizationId })),
    })
    // Another approval of the same person may have made one meanwhile.
    .onConflictDoNothing();
  const [made] = await tx.select().from(signingKeys).where(mine);
  if (made === undefined) throw new Error("a signing key vanished while it was made");
  return made;
}
