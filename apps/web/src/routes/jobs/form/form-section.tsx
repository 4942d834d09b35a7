import { Collapse, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";

interface FormSectionProps {
  readonly title: string;
  readonly about?: string;
  readonly children: ReactNode;
}

export function FormSection({ title, about, children }: FormSectionProps) {
  const id = useId();
  return (
    <section className="sl-card" aria-labelledby={id} style={{ padding: "var(--mantine-spacing-md)" }}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id={id}>
            {title}
          </Title>
          {about !== undefined && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </section>
  );
}

interface AdvancedProps {
  readonly label: string;
  /** Whether something in it is other than usual: it is open then from the beginning. */
  readonly used: boolean;
  readonly children: ReactNode;
}

/** What few need: closed until it is asked for. */
export function Advanced({ label, used, children }: AdvancedProps) {
  const [opened, { toggle }] = useDisclosure(used);
  const id = useId();
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened} aria-controls={id}>
        <Group gap={4} c="var(--sl-accent-text)">
          <IconChevronRight size={14} aria-hidden style={{ transform: opened ? "rotate(90deg)" : "none" }} />
          <Text size="sm" component="span">
            {label}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened} id={id}>
        <Stack gap="md" pt="md">
          {children}
        </Stack>
      </Collapse>
    </div>
  );
}
