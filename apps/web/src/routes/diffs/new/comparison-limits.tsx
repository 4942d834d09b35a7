import { Group } from "@mantine/core";
import { TextField } from "../../jobs/form/form-fields.tsx";
import { FormSection } from "../../jobs/form/form-section.tsx";

/** When a comparison gives up, and how much it takes. */
export function ComparisonLimits() {
  return (
    <FormSection title="Limits" about="A comparison that stops at one of these is marked incomplete.">
      <Group gap="md" align="flex-start" grow>
        <TextField
          name="maxDifferences"
          label="Differences at most"
          help="Then it stops."
          placeholder="no limit"
          inputMode="numeric"
        />
        <TextField
          name="maxPercent"
          label="Percent of the rows at most"
          help="It stops when a greater share differs."
          placeholder="no limit"
          inputMode="decimal"
        />
        <TextField
          name="timeout"
          label="Time limit"
          help="A run that takes longer fails."
          placeholder="none"
          optional
          mono
        />
        <TextField
          name="parallel"
          label="Connections to each side"
          help="1 to 16."
          placeholder="2"
          inputMode="numeric"
        />
      </Group>
    </FormSection>
  );
}
