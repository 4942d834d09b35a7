import "@mantine/spotlight/styles.css";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import {
  IconFileDiff,
  IconGitPullRequest,
  IconListCheck,
  IconPlus,
  IconSearch,
  IconSnowflake,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client.ts";
import { canSomewhere, meQuery } from "../api/me.ts";
import { agoText } from "../components/time-text.ts";
import { NAVIGATION } from "./navigation.ts";

export function showPalette(): void {
  spotlight.open();
}

const LISTED = 100;

/** Finds pages, what can be begun, jobs, open reviews and comparisons by what they are called. */
export function Palette() {
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const [opened, setOpened] = useState(true);
  const found = useQuery({
    queryKey: ["palette"],
    queryFn: async ({ signal }) => {
      const [jobs, reviews, patches] = await Promise.all([
        api.jobs.listJobs({ query: { limit: LISTED }, signal }),
        api.reviews.listReviews({ query: { limit: LISTED }, signal }),
        api.diffs.listPatches({ query: { limit: 30 }, signal }),
      ]);
      return { jobs: jobs.items, reviews: reviews.items, patches: patches.items };
    },
    enabled: opened,
    staleTime: 10_000,
  });
  if (me === undefined || me === null) return null;
  const pages: SpotlightActionData[] = NAVIGATION.filter(
    ({ scope }) => scope === undefined || canSomewhere(me, scope),
  ).map(({ to, label, icon: Icon, key }) => ({
    id: `page ${to}`,
    label,
    description: `g ${key}`,
    leftSection: <Icon size={18} stroke={1.6} />,
    onClick: () => void navigate({ to }),
  }));
  const starts: SpotlightActionData[] = [
    ...(canSomewhere(me, "rows:diff")
      ? [
          {
            id: "new diff",
            label: "Compare two places",
            leftSection: <IconPlus size={18} />,
            onClick: () => void navigate({ to: "/diffs/new" }),
          },
        ]
      : []),
    ...(canSomewhere(me, "jobs:write")
      ? [
          {
            id: "new job",
            label: "Create a job",
            leftSection: <IconPlus size={18} />,
            onClick: () => void navigate({ to: "/jobs/new" }),
          },
        ]
      : []),
    ...(canSomewhere(me, "servers:write")
      ? [
          {
            id: "new server",
            label: "Add a server",
            leftSection: <IconPlus size={18} />,
            onClick: () => void navigate({ to: "/servers", search: { add: true } }),
          },
        ]
      : []),
    ...(canSomewhere(me, "environments:write")
      ? [
          {
            id: "freeze",
            label: "Freeze an environment",
            description: "Nothing is written there meanwhile",
            leftSection: <IconSnowflake size={18} />,
            onClick: () => void navigate({ to: "/servers", search: { tab: "environments" } }),
          },
        ]
      : []),
  ];
  const { jobs = [], reviews = [], patches = [] } = found.data ?? {};
  const groups = [
    { group: "Pages", actions: pages },
    { group: "Begin", actions: starts },
    {
      group: "Jobs",
      actions: jobs.map(({ id, name, kind }) => ({
        id: `job ${id}`,
        label: name,
        description: kind,
        leftSection: <IconListCheck size={18} />,
        onClick: () => void navigate({ to: "/jobs/$jobId", params: { jobId: id } }),
      })),
    },
    {
      group: "Reviews",
      actions: reviews.map(({ id, number, title, state, target }) => ({
        id: `review ${id}`,
        label: `${number} ${title}`,
        description: `${state} · ${target}`,
        leftSection: <IconGitPullRequest size={18} />,
        onClick: () => void navigate({ to: "/reviews/$reviewId", params: { reviewId: id } }),
      })),
    },
    {
      group: "Comparisons",
      actions: patches.map(({ id, source, target, createdAt }) => ({
        id: `patch ${id}`,
        label: `${source} → ${target}`,
        description: agoText(createdAt, Date.now()),
        leftSection: <IconFileDiff size={18} />,
        onClick: () => void navigate({ to: "/diffs/$patchId", params: { patchId: id } }),
      })),
    },
  ].filter(({ actions }) => actions.length > 0);
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      limit={12}
      scrollable
      maxHeight={420}
      highlightQuery
      nothingFound="Nothing is called like that."
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => setOpened(false)}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: "Find a page, a job, a review…",
        "aria-label": "Find",
      }}
    />
  );
}
