import { PageHeader } from "../../components/page-header.tsx";

export function NewJobPage() {
  return <PageHeader title="New job" />;
}
