import type { ObjectPlace } from "@syncline/config";
import type { ObjectStore } from "@syncline/engine";
import { openDiskObjectStore, openS3ObjectStore } from "@syncline/snapshot-store/objects";

/** The object store that the settings name. Credentials of S3 come from where its SDK looks for them. */
export async function openObjectStore(place: ObjectPlace): Promise<ObjectStore> {
  if (place.kind === "disk") return openDiskObjectStore({ folder: place.folder });
  const { bucket, prefix, region, endpoint } = place;
  return openS3ObjectStore({
    bucket,
    region,
    ...(prefix === "" ? {} : { prefix: `${prefix}/` }),
    ...(endpoint === null ? {} : { endpoint }),
  });
}
