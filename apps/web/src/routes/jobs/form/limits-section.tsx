import { Group } from "@mantine/core";
import { useJobForm } from "./form-controller.ts";
import { TextField } from "./form-fields.tsx";
import { Advanced, FormSection } from "./form-section.tsx";

/** When it gives up, how often it tries again, how much it takes. */
export function LimitsSection() {
  const { form, has } = useJobForm();
  const used =
    form.attempts !== "5" ||
    form.firstPause !== "5s" ||
    form.factor !== "2" ||
    form.longestPause !== "10m" ||
    form.parallel !== "2" ||
    form.slices !== "auto";
  return (
    <FormSection title="Retries and limits">
      <Group gap="md" align="flex-start" grow maw={700}>
        <TextField
          name="timeout"
          label="Time limit"
          help="A run that takes longer is ended and counts as failed."
          placeholder="none"
          optional
          mono
        />
        {has("maxDifferences") && (
          <TextField
            name="maxDifferences"
            label="Differences at most"
            help="Then it stops; the result is marked incomplete."
            placeholder="no limit"
            inputMode="numeric"
          />
        )}
        {has("maxPercent") && (
          <TextField
            name="maxPercent"
            label="Percent of the rows at most"
            help="It stops when a greater share differs."
            placeholder="no limit"
            inputMode="decimal"
          />
        )}
      </Group>
      <Advanced label="Retries, connections and slices" used={used}>
        <Group gap="md" align="flex-start" grow>
          <TextField name="attempts" label="Tries in all" placeholder="5" inputMode="numeric" />
          <TextField name="firstPause" label="First pause" placeholder="5s" mono />
          <TextField name="factor" label="Each pause longer by" placeholder="2" inputMode="decimal" />
          <TextField name="longestPause" label="Longest pause" placeholder="10m" mono />
        </Group>
        {has("parallel") && (
          <Group gap="md" align="flex-start" grow maw={560}>
            <TextField
              name="parallel"
              label="Connections to each side"
              help="1 to 16."
              placeholder="2"
              inputMode="numeric"
            />
            {has("slices") && (
              <TextField
                name="slices"
                label="Slices"
                help="Work units of a large table: auto, or 1 to 1024."
                placeholder="auto"
                mono
              />
            )}
          </Group>
        )}
      </Advanced>
    </FormSection>
  );
}
