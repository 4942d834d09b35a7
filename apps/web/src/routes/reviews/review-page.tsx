import { PageHeader } from "../../components/page-header.tsx";

export function ReviewPage() {
  return <PageHeader title="Review" />;
}
