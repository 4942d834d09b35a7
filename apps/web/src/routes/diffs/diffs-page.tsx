import { PageHeader } from "../../components/page-header.tsx";

export function DiffsPage() {
  return <PageHeader title="Comparisons" />;
}
