import { setFlagsFromString } from "node:v8";
import { loadModule } from "libpg-query";

let loading: Promise<void> | null = null;

/** Without V8's optimising compiler: it takes 600 MB for the grammar's one great function, and the work is short. */
export function loadParser(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
  await loadModule();
}
