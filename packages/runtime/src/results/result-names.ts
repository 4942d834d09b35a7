import { assertObjectKey } from "@syncline/engine";

/** Folder of all results in the object store. */
export const RESULTS = "results/";

export interface ResultKeys {
  readonly objectKey: string;
  readonly indexKey: string;
}

/** Where a result's files lie: together, so that what no record names is found by its folder. */
export function resultKeys(name: string): ResultKeys {
  const folder = `${RESULTS}${name}`;
  assertObjectKey(folder);
  return { objectKey: `${folder}/patch.zst`, indexKey: `${folder}/index.sqlite` };
}

export function nameOfKey(key: string): string {
  return key.slice(RESULTS.length, key.lastIndexOf("/"));
}
