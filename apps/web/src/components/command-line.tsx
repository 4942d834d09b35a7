import { ActionIcon, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy, IconTerminal2 } from "@tabler/icons-react";

interface CommandLineProps {
  /** A whole command, as `syncline diff 'staging:public:*' 'prod:public:*'`; see `shellQuote`. */
  readonly command: string;
}

/** What does the same from a terminal, to copy. */
export function CommandLine({ command }: CommandLineProps) {
  return (
    <Group
      className="sl-tint-neutral"
      gap="xs"
      wrap="nowrap"
      px="xs"
      py={3}
      style={{ borderRadius: "var(--mantine-radius-sm)", minWidth: 0, maxWidth: "100%" }}
    >
      <IconTerminal2 size={15} aria-hidden style={{ flex: "none" }} />
      <Text component="code" className="sl-mono" truncate title={command} style={{ minWidth: 0 }}>
        {command}
      </Text>
      <CopyButton value={command} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy the command line"}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={copied ? "Command line copied" : "Copy the command line"}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
