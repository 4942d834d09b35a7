import { PageHeader } from "../../components/page-header.tsx";

export function ConflictPage() {
  return <PageHeader title="Conflict" />;
}
