import { Autocomplete, Stack, Text } from "@mantine/core";
import { useJobForm } from "./form-controller.ts";

interface ChoiceFieldProps {
  readonly name: "patch" | "ledgerId";
  readonly label: string;
  readonly help: string;
  readonly choices: readonly { readonly value: string; readonly about: string }[];
}

/** An id, chosen by what it stands for or pasted. */
export function ChoiceField({ name, label, help, choices }: ChoiceFieldProps) {
  const { form, set, problem } = useJobForm();
  const about = new Map(choices.map((choice) => [choice.value, choice.about]));
  const chosen = about.get(form[name]);
  return (
    <Stack gap={4}>
      <Autocomplete
        label={label}
        description={help}
        withAsterisk
        data={choices.map(({ value }) => value)}
        value={form[name]}
        onChange={(value) => set({ [name]: value })}
        error={problem(name)}
        classNames={{ input: "sl-mono" }}
        // What it stands for is searched too.
        filter={({ options, search }) =>
          about.has(search)
            ? options
            : options.filter(
                (option) =>
                  "value" in option &&
                  `${option.value} ${about.get(String(option.value)) ?? ""}`
                    .toLowerCase()
                    .includes(search.toLowerCase()),
              )
        }
        renderOption={({ option }) => (
          <Stack gap={0}>
            <Text size="sm" className="sl-mono">
              {option.value}
            </Text>
            <Text size="xs" c="dimmed">
              {about.get(option.value)}
            </Text>
          </Stack>
        )}
        maxDropdownHeight={320}
        spellCheck={false}
      />
      {chosen !== undefined && (
        <Text size="xs" c="dimmed">
          {chosen}
        </Text>
      )}
    </Stack>
  );
}
