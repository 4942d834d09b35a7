import { ActionIcon, CopyButton, Group, SegmentedControl, Stack, Text, Title, Tooltip } from "@mantine/core";
import type { JobDefinition } from "@syncline/api";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { jobCommand } from "./form/job-command.ts";
import { jobYaml } from "./form/job-yaml.ts";

interface JobTextProps {
  /** Null: it is not complete yet. */
  readonly definition: JobDefinition | null;
}

/** A job as others would write it, to copy. */
export function JobText({ definition }: JobTextProps) {
  const [form, setForm] = useState("yaml");
  const command = definition === null ? null : jobCommand(definition);
  const text = definition === null ? null : form === "yaml" ? jobYaml(definition) : command;
  return (
    <section className="sl-card" aria-label="As text" style={{ padding: "var(--mantine-spacing-md)" }}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h3">
            As text
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Form of the text"
            data={[
              { value: "yaml", label: "syncline.yaml" },
              { value: "command", label: "Command" },
            ]}
            value={form}
            onChange={setForm}
          />
        </Group>
        {text === null ? (
          <Text size="sm" c="dimmed">
            {definition === null
              ? "Appears once the form is complete."
              : "No single command does this: it is a job of the service. Take it as syncline.yaml."}
          </Text>
        ) : (
          <Group
            className="sl-tint-neutral"
            gap={4}
            align="flex-start"
            wrap="nowrap"
            p="xs"
            style={{ borderRadius: "var(--mantine-radius-sm)" }}
          >
            <pre
              className="sl-mono"
              data-testid="job-text"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
              tabIndex={0}
              style={{
                margin: 0,
                flex: 1,
                minWidth: 0,
                overflowX: "auto",
                fontSize: "0.75rem",
                whiteSpace: form === "yaml" ? "pre" : "pre-wrap",
                overflowWrap: form === "yaml" ? "normal" : "anywhere",
              }}
            >
              {text}
            </pre>
            <CopyButton value={text} timeout={1500}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : "Copy"}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    onClick={copy}
                    aria-label={copied ? "Copied" : "Copy this text"}
                  >
                    {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </Group>
        )}
      </Stack>
    </section>
  );
}
