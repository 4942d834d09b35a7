import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useMe } from "../../api/me.ts";
import { databasesQuery } from "../../api/places.ts";
import { PageButton } from "../../components/page-button.tsx";

/** For a server on which nothing has happened yet: what to do, in order, and what is done. */
export function FirstSteps() {
  const me = useMe();
  const databases = useQuery(databasesQuery);
  const servers = databases.data?.items.length ?? 0;
  return (
    <Stack component="section" className="sl-card" p="md" gap="sm" aria-labelledby="first">
      <Title order={2} id="first">
        First steps
      </Title>
      <ol className="sl-steps">
        <Step
          done={servers > 0}
          title={servers > 0 ? "Servers are there" : "Add a server"}
          action={
            servers === 0 && me.can("servers:write") ? (
              <PageButton to="/servers" search={{ add: true }} size="xs">
                Add a server
              </PageButton>
            ) : (
              <PageButton to="/servers" search={{}} size="xs" variant="default">
                To the servers
              </PageButton>
            )
          }
        >
          A PostgreSQL database with its address; staging and production, say. Test the connection before you
          save it.
        </Step>
        <Step
          done={false}
          title="Compare two places"
          action={
            <PageButton to="/diffs/new" size="xs" variant={servers > 0 ? "filled" : "default"}>
              Compare
            </PageButton>
          }
        >
          See row by row what differs. Nothing is written to either side.
        </Step>
        <Step
          done={false}
          title="Save it as a job"
          action={
            <PageButton to="/jobs/new" size="xs" variant="default">
              Make a job
            </PageButton>
          }
        >
          Run it by a schedule; this page then shows whether the two are in step.
        </Step>
        {me.can("people:write") && (
          <Step
            done={false}
            title="Invite the others"
            action={
              <PageButton to="/people" size="xs" variant="default">
                People
              </PageButton>
            }
          >
            Who reviews is not who asks: production can take the approval of somebody else.
          </Step>
        )}
      </ol>
    </Stack>
  );
}

interface StepProps {
  readonly done: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly action: ReactNode;
}

function Step({ done, title, children, action }: StepProps) {
  return (
    <li className="sl-step">
      <ThemeIcon
        size={22}
        radius="xl"
        variant="light"
        aria-hidden
        className={done ? "sl-tint-insert" : "sl-step-number"}
      >
        {done && <IconCheck size={14} />}
      </ThemeIcon>
      <div>
        <Text size="sm" fw={600}>
          {title}
          {done && <span className="sl-visually-hidden"> (done)</span>}
        </Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </div>
      {action}
    </li>
  );
}
