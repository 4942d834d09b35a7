import type { Scope } from "@syncline/api";
import {
  IconAffiliate,
  IconArrowsDiff,
  IconChecklist,
  IconFileDiff,
  IconGitMerge,
  IconGitPullRequest,
  IconHistory,
  IconLayoutDashboard,
  IconPlayerPlay,
  IconServer,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";

export interface NavigationEntry {
  readonly to:
    | "/"
    | "/servers"
    | "/jobs"
    | "/runs"
    | "/diffs"
    | "/patches"
    | "/log"
    | "/reviews"
    | "/conflicts"
    | "/audit"
    | "/people"
    | "/settings";
  readonly label: string;
  readonly icon: typeof IconServer;
  /** After `g`. */
  readonly key: string;
  /** Without it the page would be empty. */
  readonly scope?: Scope;
  readonly group: "work" | "places" | "trust";
}

/** All pages of the navigation, in their order. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { to: "/", label: "Overview", icon: IconLayoutDashboard, key: "o", group: "work" },
  {
    to: "/diffs",
    label: "Comparisons",
    icon: IconArrowsDiff,
    key: "d",
    scope: "patches:read",
    group: "work",
  },
  { to: "/patches", label: "Patches", icon: IconFileDiff, key: "p", scope: "patches:read", group: "work" },
  {
    to: "/reviews",
    label: "Reviews",
    icon: IconGitPullRequest,
    key: "v",
    scope: "reviews:read",
    group: "work",
  },
  {
    to: "/conflicts",
    label: "Conflicts",
    icon: IconGitMerge,
    key: "c",
    scope: "conflicts:read",
    group: "work",
  },
  { to: "/jobs", label: "Jobs", icon: IconChecklist, key: "j", scope: "jobs:read", group: "places" },
  { to: "/runs", label: "Runs", icon: IconPlayerPlay, key: "r", scope: "runs:read", group: "places" },
  { to: "/servers", label: "Servers", icon: IconServer, key: "s", scope: "databases:read", group: "places" },
  { to: "/log", label: "Applied", icon: IconHistory, key: "l", scope: "log:read", group: "places" },
  { to: "/audit", label: "Audit", icon: IconAffiliate, key: "a", scope: "audit:read", group: "trust" },
  {
    to: "/people",
    label: "People and keys",
    icon: IconUsers,
    key: "u",
    scope: "people:read",
    group: "trust",
  },
  {
    to: "/settings",
    label: "Settings",
    icon: IconSettings,
    key: "e",
    scope: "projects:read",
    group: "trust",
  },
];
