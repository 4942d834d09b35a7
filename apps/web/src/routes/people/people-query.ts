import type { AnswerOf, access, people } from "@syncline/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";

export type Person = AnswerOf<typeof people.getPerson>;
export type Invitation = AnswerOf<typeof people.listInvitations>["items"][number];
export type NewLink = AnswerOf<typeof people.invite>;
export type Session = AnswerOf<typeof people.listSessions>["items"][number];
export type ApiKey = AnswerOf<typeof access.listKeys>["items"][number];
export type Project = AnswerOf<typeof access.listProjects>["items"][number];

const PAGE = 100;

export const peopleQuery = pagesOf<Person>({
  queryKey: ["people", "list"],
  read: ({ query, signal }) => api.people.listPeople({ query: { ...query, limit: PAGE }, signal }),
});

export const personQuery = (userId: string) =>
  queryOptions({
    queryKey: ["people", "one", userId],
    queryFn: ({ signal }) => api.people.getPerson({ params: { id: userId }, signal }),
  });

export const sessionsQuery = (userId: string) =>
  queryOptions({
    queryKey: ["sessions", userId],
    queryFn: ({ signal }) => api.people.listSessions({ params: { id: userId }, signal }),
  });

export const invitationsQuery = pagesOf<Invitation>({
  queryKey: ["invitations"],
  read: ({ query, signal }) => api.people.listInvitations({ query: { ...query, limit: PAGE }, signal }),
});

export const keysQuery = pagesOf<ApiKey>({
  queryKey: ["keys"],
  read: ({ query, signal }) => api.access.listKeys({ query: { ...query, limit: PAGE }, signal }),
});

export const ownKeysQuery = pagesOf<ApiKey>({
  queryKey: ["keys", "own"],
  read: ({ query, signal }) => api.access.listMyKeys({ query: { ...query, limit: PAGE }, signal }),
});

export const ownSessionsQuery = queryOptions({
  queryKey: ["sessions", "own"],
  queryFn: ({ signal }) => api.signIn.listMySessions({ signal }),
});

export const projectsQuery = queryOptions({
  queryKey: ["projects", "all"],
  queryFn: ({ signal }) => api.access.listProjects({ query: { limit: 500 }, signal }),
  staleTime: 60_000,
});
