export { followRun } from "./follow-run.ts";
export { openRemote, type RemoteHooks, type RemoteSyncline, type RemoteWish } from "./remote-syncline.ts";
