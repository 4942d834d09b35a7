import { PageHeader } from "../../components/page-header.tsx";

export function PatchPage() {
  return <PageHeader title="Patch" />;
}
