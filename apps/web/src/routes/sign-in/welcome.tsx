import { Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { meQuery } from "../../api/me.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { FrontPage } from "./front-page.tsx";

/** After a link was used: to the dashboard, or to the command line with a key of one's own. */
export function Welcome() {
  const { data: me } = useQuery(meQuery);
  const key = useMutation({
    mutationFn: () => api.access.createMyKey({ body: { name: "command line", scopes: ["*"] } }),
  });
  const hasDashboard = me?.features.includes("dashboard") ?? true;
  return (
    <FrontPage title="Welcome">
      <Stack gap="md">
        <Text size="sm">You are signed in{me?.user ? ` as ${me.user.email}` : ""}.</Text>
        {hasDashboard && <PageButton to="/">Open the dashboard</PageButton>}
        {key.data === undefined ? (
          <Button variant="default" loading={key.isPending} onClick={() => key.mutate()}>
            Make a key for the command line
          </Button>
        ) : (
          <Commands value={key.data.key} />
        )}
        {key.error !== null && <ErrorState what="The key was not made" error={key.error} />}
      </Stack>
    </FrontPage>
  );
}

function Commands({ value }: { readonly value: string }) {
  const text = `export SYNCLINE_API_KEY=${value}\n${commandOf(["syncline", "review", "list", "--url", location.origin])}`;
  return (
    <Stack gap="xs">
      <Text size="sm">The key is shown this once. In a terminal:</Text>
      <Code block>{text}</Code>
      <Group>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
