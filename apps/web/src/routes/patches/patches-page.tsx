import { PageHeader } from "../../components/page-header.tsx";

export function PatchesPage() {
  return <PageHeader title="Patches" />;
}
