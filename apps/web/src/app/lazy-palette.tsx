import { lazy, Suspense, useSyncExternalStore } from "react";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

let wanted = false;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Opens the palette, which is loaded the first time. */
export function openPalette(): void {
  wanted = true;
  for (const listener of listeners) listener();
  void import("./palette.tsx").then(({ showPalette }) => showPalette());
}

export function LazyPalette() {
  const shown = useSyncExternalStore(subscribe, () => wanted);
  return <Suspense>{shown && <Palette />}</Suspense>;
}
