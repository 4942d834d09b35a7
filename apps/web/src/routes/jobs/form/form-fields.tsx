import { Autocomplete, Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { pathOf, useJobForm } from "./form-controller.ts";
import type { JobForm } from "./job-form.ts";

type NamesOf<Kind> = {
  [Name in keyof JobForm]-?: [JobForm[Name]] extends [Kind] ? Name : never;
}[keyof JobForm];

interface FieldProps<Name> {
  readonly name: Name;
  readonly label: string;
  readonly help?: ReactNode;
}

interface TextFieldProps extends FieldProps<NamesOf<string | undefined>> {
  readonly placeholder?: string;
  readonly required?: boolean;
  /** Emptied it is left out, not an empty text. */
  readonly optional?: boolean;
  readonly mono?: boolean;
  readonly lines?: number;
  readonly width?: number;
  readonly suggestions?: readonly string[];
  readonly inputMode?: "numeric" | "decimal";
  readonly disabled?: boolean;
}

/** A text, a number or a duration. */
export function TextField(props: TextFieldProps) {
  const {
    name,
    label,
    help,
    placeholder,
    required = false,
    optional = false,
    mono = false,
    lines,
    width,
  } = props;
  const { form, set, problem } = useJobForm();
  const change = (value: string) => set({ [name]: optional && value === "" ? undefined : value });
  const common = {
    label,
    description: help,
    placeholder,
    withAsterisk: required,
    value: form[name] ?? "",
    error: problem(pathOf(name)),
    classNames: mono ? { input: "sl-mono" } : {},
    spellCheck: !mono,
    autoComplete: "off",
    disabled: props.disabled ?? false,
    ...(width === undefined ? {} : { w: "100%", maw: width }),
    ...(props.inputMode === undefined ? {} : { inputMode: props.inputMode }),
  };
  if (lines !== undefined)
    return (
      <Textarea
        {...common}
        autosize
        minRows={lines}
        maxRows={20}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  if (props.suggestions !== undefined)
    return <Autocomplete {...common} data={[...props.suggestions]} limit={50} onChange={change} />;
  return <TextInput {...common} onChange={(event) => change(event.currentTarget.value)} />;
}

interface SelectFieldProps extends FieldProps<NamesOf<string | undefined>> {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** Shown where nothing is chosen; choosing is then not needed. */
  readonly none?: string;
  readonly width?: number;
}

export function SelectField({ name, label, help, options, none, width }: SelectFieldProps) {
  const { form, set, problem } = useJobForm();
  return (
    <Select
      label={label}
      description={help}
      data={[...options]}
      value={form[name] ?? null}
      allowDeselect={none !== undefined}
      clearable={none !== undefined}
      {...(none === undefined ? {} : { placeholder: none })}
      onChange={(value) => set({ [name]: value ?? undefined })}
      error={problem(pathOf(name))}
      {...(width === undefined ? {} : { w: "100%", maw: width })}
    />
  );
}

export function SwitchField({ name, label, help }: FieldProps<NamesOf<boolean>>) {
  const { form, set } = useJobForm();
  return (
    <Switch
      label={label}
      description={help}
      checked={form[name]}
      onChange={(event) => set({ [name]: event.currentTarget.checked })}
    />
  );
}

interface ListFieldProps extends FieldProps<NamesOf<readonly string[]>> {
  readonly placeholder?: string;
  readonly suggestions?: readonly string[];
}

export function ListField({ name, label, help, placeholder, suggestions = [] }: ListFieldProps) {
  const { form, set, problem } = useJobForm();
  return (
    <TagsInput
      label={label}
      description={help}
      data={[...new Set(suggestions)]}
      limit={100}
      value={[...form[name]]}
      onChange={(value) => set({ [name]: value })}
      placeholder={form[name].length === 0 ? placeholder : ""}
      error={problem(pathOf(name))}
      acceptValueOnBlur
      clearable
      size="sm"
      classNames={{ pill: "sl-mono" }}
      maxDropdownHeight={260}
      spellCheck={false}
    />
  );
}
