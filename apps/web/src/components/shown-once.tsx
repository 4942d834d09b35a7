import { Alert, Button, CopyButton, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconCopy, IconEyeOff } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface ShownOnceProps {
  readonly title: string;
  /** "API key". */
  readonly what: string;
  /** Null: closed. */
  readonly value: string | null;
  readonly onClose: () => void;
  /** Whom it is for, and what it can do. */
  readonly children?: ReactNode;
}

/** A secret that the server keeps only sealed or as a hash: it is seen here and never again. */
export function ShownOnce({ title, what, value, onClose, children }: ShownOnceProps) {
  return (
    <Modal
      opened={value !== null}
      onClose={onClose}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        {children}
        <Textarea
          label={what}
          readOnly
          autosize
          minRows={1}
          value={value ?? ""}
          classNames={{ input: "sl-mono" }}
          onFocus={(event) => event.currentTarget.select()}
          data-autofocus
        />
        <Alert variant="outline" color="yellow" icon={<IconEyeOff aria-hidden />}>
          <Text size="sm">It is shown this once. Copy it now; nobody can look it up later.</Text>
        </Alert>
        <Group justify="flex-end" gap="xs">
          <CopyButton value={value ?? ""} timeout={2000}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                onClick={copy}
                leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
              >
                {copied ? "Copied" : `Copy the ${what}`}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
