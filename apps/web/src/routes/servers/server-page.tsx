import { PageHeader } from "../../components/page-header.tsx";

export function ServerPage() {
  return <PageHeader title="Server" />;
}
