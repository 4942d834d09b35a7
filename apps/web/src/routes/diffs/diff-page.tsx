import { PageHeader } from "../../components/page-header.tsx";

export function DiffPage() {
  return <PageHeader title="Differences" />;
}
