import { useShortcuts } from "../../app/shortcuts.tsx";

const CHOSEN = "[data-change], [data-statement]";

/** `n` and `p` go from change to change, or from statement to statement. */
export function useChangeKeys(): void {
  const step = (by: 1 | -1) => {
    const all = [...document.querySelectorAll<HTMLElement>(CHOSEN)];
    const at = all.findIndex((element) => element.contains(document.activeElement));
    const next = all[at < 0 ? (by === 1 ? 0 : all.length - 1) : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts("Review", [
    { keys: "n", label: "Next change", run: () => step(1) },
    { keys: "p", label: "Previous change", run: () => step(-1) },
  ]);
}
