import { EmptyState } from "../components/empty-state.tsx";
import { PageButton } from "../components/page-button.tsx";

export function NotFound() {
  return (
    <main>
      <EmptyState title="There is no such page" action={<PageButton to="/">To the overview</PageButton>}>
        The address may be mistyped, or what it named was removed.
      </EmptyState>
    </main>
  );
}
