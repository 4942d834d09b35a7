export { type DiskObjectStoreOptions, openDiskObjectStore } from "./disk-object-store.ts";
