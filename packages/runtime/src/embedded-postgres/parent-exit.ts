/** Something that must not outlive this process. `terminate` is synchronous: it runs inside `process.on("exit")`. */
export interface ExitTarget {
  terminate(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const targets = new Set<ExitTarget>();

/** Ends `target` when this process ends by exit, an uncaught error or a signal. Call the result to let go of it. */
export function terminateWithParent(target: ExitTarget): () => void {
  if (targets.size === 0) install();
  targets.add(target);
  return () => {
    if (targets.delete(target) && targets.size === 0) uninstall();
  };
}

function install(): void {
  process.on("exit", terminateAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function uninstall(): void {
  process.off("exit", terminateAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function terminateAll(): void {
  for (const target of targets) target.terminate();
}

/** An application with a handler of its own decides when to end; without one the signal's default is kept. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listeners(signal).some((listener) => listener !== onSignal)) return;
  terminateAll();
  targets.clear();
  uninstall();
  process.kill(process.pid, signal);
}
