import { PageHeader } from "../../components/page-header.tsx";

export function ServersPage() {
  return <PageHeader title="Servers" />;
}
