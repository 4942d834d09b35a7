export { type DiskObjectStoreOptions, openDiskObjectStore } from "./disk-object-store.ts";
export { openS3ObjectStore, type S3Credentials, type S3ObjectStoreOptions } from "./s3-object-store.ts";
