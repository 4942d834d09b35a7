import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { ErrorState } from "./error-state.tsx";

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, with its numbers. */
  readonly children: ReactNode;
  /** "Apply 1,204 changes". */
  readonly action: string;
  /** Has to be typed before the action can be chosen, as the name of a protected server. */
  readonly typed?: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
}

/** Asks before something that others notice. On protected targets the server's name is typed. */
export function ConfirmDialog({
  opened,
  onClose,
  title,
  children,
  action,
  typed,
  danger = false,
  busy = false,
  disabled = false,
  error,
  onConfirm,
}: ConfirmDialogProps) {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!opened) setText("");
  }, [opened]);
  const ready = !disabled && (typed === undefined || text === typed);
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onConfirm();
        }}
      >
        <Stack gap="md">
          {children}
          {typed !== undefined && (
            <TextInput
              label={
                <>
                  Type{" "}
                  <Text component="strong" className="sl-mono" inherit>
                    {typed}
                  </Text>{" "}
                  to confirm
                </>
              }
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          {error !== undefined && error !== null && <ErrorState what="It was not done" error={error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!ready} loading={busy} {...(danger ? { color: "red.9" } : {})}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
