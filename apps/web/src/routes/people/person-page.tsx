import { PageHeader } from "../../components/page-header.tsx";

export function PersonPage() {
  return <PageHeader title="Person" />;
}
