import { Kbd, Modal, Table, Text, Title } from "@mantine/core";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";

export interface Shortcut {
  /** `j`, `?`, `Enter`, `mod+k`, or two keys one after the other: `g o`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
  /** Also while something is typed. */
  readonly whileTyping?: boolean;
}

interface Registry {
  readonly add: (group: string, shortcuts: readonly Shortcut[]) => () => void;
  readonly openSheet: () => void;
}

const Context = createContext<Registry | null>(null);
const SEQUENCE_MS = 1_200;

/**
 * Shortcuts of a page or a part of it, while it is there; the help sheet lists them under `group`. They do not act while
 * something is typed or a dialog is open, except those that say so.
 */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const registry = useContext(Context);
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const signature = shortcuts.map(({ keys, label }) => `${keys}\n${label}`).join("\n\n");
  useEffect(
    () =>
      registry?.add(
        group,
        latest.current.map((shortcut, at) => ({ ...shortcut, run: () => latest.current[at]?.run() })),
      ),
    [registry, group, signature],
  );
}

export function useShortcutSheet(): () => void {
  return useContext(Context)?.openSheet ?? (() => {});
}

export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const groups = useRef(
    new Map<number, { readonly group: string; readonly shortcuts: readonly Shortcut[] }>(),
  );
  const nextId = useRef(0);
  const [opened, setOpened] = useState(false);
  const registry = useMemo<Registry>(
    () => ({
      add(group, shortcuts) {
        nextId.current += 1;
        const id = nextId.current;
        groups.current.set(id, { group, shortcuts });
        return () => void groups.current.delete(id);
      },
      openSheet: () => setOpened(true),
    }),
    [],
  );
  useEffect(() => {
    let before = { key: "", at: 0 };
    const onKey = (event: KeyboardEvent) => {
      const key = keyOf(event);
      const typing = isTyping(event.target);
      const sequence = Date.now() - before.at < SEQUENCE_MS ? `${before.key} ${key}` : key;
      const busy = document.querySelector("[role=dialog][aria-modal=true]") !== null;
      const all = [...groups.current.values()].reverse().flatMap(({ shortcuts }) => shortcuts);
      const usable = all.filter(({ whileTyping = false }) => whileTyping || !(typing || busy));
      const found = usable.find(({ keys }) => keys === sequence) ?? usable.find(({ keys }) => keys === key);
      before = typing ? { key: "", at: 0 } : { key, at: Date.now() };
      // Enter on a link or a button is theirs.
      if (key === "Enter" && isPressable(event.target)) return;
      if (found === undefined || event.defaultPrevented) return;
      event.preventDefault();
      before = { key: "", at: 0 };
      found.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Context.Provider value={registry}>
      {children}
      <Modal opened={opened} onClose={() => setOpened(false)} title="Keyboard shortcuts" size="lg">
        {opened && <Sheet groups={[...groups.current.values()]} />}
      </Modal>
    </Context.Provider>
  );
}

function Sheet({
  groups,
}: {
  readonly groups: readonly { readonly group: string; readonly shortcuts: readonly Shortcut[] }[];
}) {
  const merged = new Map<string, readonly Shortcut[]>();
  for (const { group, shortcuts } of groups) merged.set(group, [...(merged.get(group) ?? []), ...shortcuts]);
  return (
    <>
      {[...merged].map(([group, shortcuts]) => (
        <section key={group} aria-label={group}>
          <Title order={3} size="h3" mt="sm" mb={4}>
            {group}
          </Title>
          <Table fz="sm" withRowBorders={false} verticalSpacing={3}>
            <Table.Tbody>
              {shortcuts.map(({ keys, label }) => (
                <Table.Tr key={keys + label}>
                  <Table.Td w={140}>
                    <Keys keys={keys} />
                  </Table.Td>
                  <Table.Td>{label}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      ))}
      <Text size="xs" c="dimmed" mt="md">
        Tab and Shift+Tab go through everything on a page; Enter and Space choose; Escape closes.
      </Text>
    </>
  );
}

export function Keys({ keys }: { readonly keys: string }) {
  return (
    <>
      {keys.split(" ").map((key, at) => (
        <span key={at}>
          {at > 0 && " then "}
          <Kbd>{key.replace("mod", isMac() ? "⌘" : "Ctrl").replaceAll("+", " + ")}</Kbd>
        </span>
      ))}
    </>
  );
}

function keyOf(event: KeyboardEvent): string {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const mod = ctrlKey || metaKey ? "mod+" : "";
  const alt = altKey ? "alt+" : "";
  // Shift makes another letter by itself; of keys without a letter it is said.
  const shift = shiftKey && key.length > 1 ? "shift+" : "";
  return mod + alt + shift + key;
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button, summary, [role=button]") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
