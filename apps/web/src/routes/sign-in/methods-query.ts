import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

/** How people can sign in at this server. */
export const methodsQuery = queryOptions({
  queryKey: ["sign-in", "methods"],
  queryFn: ({ signal }) => api.signIn.methods({ signal }),
  staleTime: 60_000,
});
