import { PageHeader } from "../../components/page-header.tsx";

export function NewDiffPage() {
  return <PageHeader title="New comparison" />;
}
