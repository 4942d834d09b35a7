import { PageHeader } from "../../components/page-header.tsx";

export function EditJobPage() {
  return <PageHeader title="Edit job" />;
}
