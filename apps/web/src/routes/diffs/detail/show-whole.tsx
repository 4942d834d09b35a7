import { Button } from "@mantine/core";
import { countText } from "../../../components/number-text.ts";

interface ShowWholeProps {
  readonly length: number;
  readonly loading: boolean;
  readonly onShow: () => void;
}

/** Reads the rest of a value that a list has cut. */
export function ShowWhole({ length, loading, onShow }: ShowWholeProps) {
  return (
    <Button size="compact-xs" variant="default" loading={loading} onClick={onShow}>
      Show all {countText(length)} characters
    </Button>
  );
}
