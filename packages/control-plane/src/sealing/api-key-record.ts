import type { ApiKeyRecord } from "../records.ts";
import type * as schema from "../schema/index.ts";

export const KEY_PURPOSE = "api-key";

export const withoutDigest = ({ digest: _, ...record }: typeof schema.apiKeys.$inferSelect): ApiKeyRecord =>
  record;
