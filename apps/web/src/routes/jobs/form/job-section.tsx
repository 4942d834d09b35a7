import { Select, Stack, Text } from "@mantine/core";
import { JOB_KINDS } from "@syncline/api";
import { KIND_WORDS } from "../kind-words.ts";
import { useJobForm } from "./form-controller.ts";
import { TextField } from "./form-fields.tsx";
import { FormSection } from "./form-section.tsx";
import { withKind } from "./job-form.ts";

/** What kind of job, and what it is called. */
export function JobSection({ fixedKind }: { readonly fixedKind: boolean }) {
  const { form, set } = useJobForm();
  return (
    <FormSection title="Job">
      <Select
        label="Kind"
        description={
          fixedKind
            ? "The kind of a saved job stays. Duplicate it to make another kind of it."
            : KIND_WORDS[form.kind].about
        }
        data={JOB_KINDS.map((value) => ({ value, label: KIND_WORDS[value].name }))}
        value={form.kind}
        disabled={fixedKind}
        allowDeselect={false}
        maxDropdownHeight={520}
        onChange={(kind) => {
          const found = JOB_KINDS.find((each) => each === kind);
          if (found !== undefined) set(withKind(form, found));
        }}
        renderOption={({ option }) => {
          const kind = JOB_KINDS.find((each) => each === option.value);
          return (
            <Stack gap={0}>
              <Text size="sm" fw={600}>
                {option.label}
              </Text>
              <Text size="xs" c="dimmed">
                {kind === undefined ? "" : KIND_WORDS[kind].about}
              </Text>
            </Stack>
          );
        }}
        maw={420}
      />
      <TextField
        name="name"
        label="Name"
        help="Lower-case letters, digits, - and _; no other job of the project has it."
        placeholder="nightly-copy"
        required
        mono
        width={420}
      />
      <TextField name="description" label="Description" help="For people." lines={1} optional />
    </FormSection>
  );
}
