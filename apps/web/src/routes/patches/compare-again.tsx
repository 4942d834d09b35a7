import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../api/me.ts";
import { PageButton } from "../../components/page-button.tsx";
import { patchQuery } from "./patch-queries.ts";

/** Leads to a comparison of the same two places as they are now. */
export function CompareAgain({ patchId }: { readonly patchId: string }) {
  const me = useMe();
  const { data } = useQuery(patchQuery(patchId));
  if (data === undefined || !me.can("rows:diff")) return null;
  const { source, target } = data;
  return (
    <PageButton to="/diffs/new" search={{ source, target }} size="xs" variant="default">
      Compare again
    </PageButton>
  );
}
