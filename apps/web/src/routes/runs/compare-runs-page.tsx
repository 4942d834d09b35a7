import { PageHeader } from "../../components/page-header.tsx";

export function CompareRunsPage() {
  return <PageHeader title="Compare runs" />;
}
