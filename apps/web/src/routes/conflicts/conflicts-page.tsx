import { PageHeader } from "../../components/page-header.tsx";

export function ConflictsPage() {
  return <PageHeader title="Conflicts" />;
}
