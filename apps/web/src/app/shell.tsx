import { ActionIcon, AppShell, Box, Burger, Button, Group, ScrollArea, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHelp, IconSearch } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useLiveQueries } from "../api/live-events.ts";
import { canSomewhere, meQuery } from "../api/me.ts";
import { ErrorState } from "../components/error-state.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { LazyPalette, openPalette } from "./lazy-palette.tsx";
import { LazySessionDialog } from "./lazy-session-dialog.tsx";
import { Logo } from "./logo.tsx";
import { NAVIGATION, type NavigationEntry } from "./navigation.ts";
import { Keys, ShortcutProvider, useShortcutSheet, useShortcuts } from "./shortcuts.tsx";

const SignInPage = lazy(async () => ({
  default: (await import("../routes/sign-in/sign-in-page.tsx")).SignInPage,
}));

const GROUPS = ["work", "places", "trust"] as const;

/** What surrounds every page. Who is not signed in gets the sign-in form, and after it the page they came for. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.data === undefined) {
    if (me.error === null) return null;
    return (
      <Box p="xl" maw={640} mx="auto">
        <ErrorState what="The dashboard cannot start" error={me.error} retry={() => void me.refetch()} />
      </Box>
    );
  }
  if (me.data === null)
    return (
      <Suspense>
        <SignInPage />
      </Suspense>
    );
  return (
    <ShortcutProvider>
      <SignedIn />
    </ShortcutProvider>
  );
}

function SignedIn() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const openSheet = useShortcutSheet();
  useLiveQueries(useQueryClient());
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  useShortcuts("Everywhere", [
    {
      keys: "mod+k",
      label: "Find a page, a job, a review or a command",
      run: openPalette,
      whileTyping: true,
    },
    { keys: "/", label: "The same", run: openPalette },
    { keys: "?", label: "This sheet", run: openSheet },
  ]);
  useShortcuts(
    "Go to",
    NAVIGATION.map(({ key, label, to }) => ({ keys: `g ${key}`, label, run: () => void navigate({ to }) })),
  );
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="sl-skip" href="#main">
        To the page
      </a>
      <AppShell.Header withBorder bg="var(--sl-surface)">
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Logo />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSearch size={14} aria-hidden />}
              onClick={openPalette}
              aria-keyshortcuts="Control+K Meta+K"
            >
              Find
              <Text component="span" size="xs" c="dimmed" ml="sm" visibleFrom="sm">
                <Keys keys="mod+k" />
              </Text>
            </Button>
            <Tooltip label="Keyboard shortcuts (?)">
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={openSheet}
                aria-label="Keyboard shortcuts"
                visibleFrom="xs"
              >
                <IconHelp size={18} />
              </ActionIcon>
            </Tooltip>
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" bg="var(--sl-surface)" aria-label="Pages">
        <ScrollArea style={{ flex: 1 }}>
          <Navigation />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ minWidth: 0 }}>
        <ConnectionBanner />
        <Outlet />
      </AppShell.Main>
      <LazyPalette />
      <LazySessionDialog />
    </AppShell>
  );
}

function Navigation() {
  const { data: me } = useQuery(meQuery);
  const allowed = NAVIGATION.filter(
    ({ scope }) => scope === undefined || (me !== null && me !== undefined && canSomewhere(me, scope)),
  );
  return (
    <>
      {GROUPS.map((group) => (
        <Box key={group} mb="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
          {allowed
            .filter((entry) => entry.group === group)
            .map((entry) => (
              <NavigationLine key={entry.to} entry={entry} />
            ))}
        </Box>
      ))}
    </>
  );
}

function NavigationLine({ entry: { to, label, icon: Icon } }: { readonly entry: NavigationEntry }) {
  return (
    <li>
      <Link to={to} className="sl-nav-link" activeOptions={{ exact: to === "/" }} preload="intent">
        <Icon size={17} stroke={1.7} aria-hidden />
        <Text component="span" inherit>
          {label}
        </Text>
      </Link>
    </li>
  );
}
