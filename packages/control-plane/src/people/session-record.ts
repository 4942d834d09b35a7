import type * as schema from "../schema/index.ts";

export const SESSION_PURPOSE = "session";

/** Without the digest. */
export type SessionRecord = Omit<typeof schema.sessions.$inferSelect, "digest">;

export const withoutSessionDigest = ({
  digest: _,
  ...record
}: typeof schema.sessions.$inferSelect): SessionRecord => record;
