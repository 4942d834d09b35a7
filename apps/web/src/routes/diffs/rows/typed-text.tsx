import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type Ref, useEffect, useRef, useState } from "react";

const TYPED_MS = 300;

interface TypedTextProps {
  readonly label: string;
  readonly placeholder: string;
  readonly width: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly icon?: boolean;
}

/** Takes effect when typing pauses, so that not every letter is searched for. */
export function TypedText({
  label,
  placeholder,
  width,
  value,
  onChange,
  inputRef,
  icon = false,
}: TypedTextProps) {
  const [typed, setTyped] = useState(value);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === latest.current.value) return;
    const timer = setTimeout(() => latest.current.onChange(typed), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextInput
      ref={inputRef ?? null}
      size="xs"
      w={width}
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChange(typed);
        if (event.key === "Escape") event.currentTarget.blur();
      }}
      {...(icon ? { leftSection: <IconSearch size={14} aria-hidden /> } : {})}
      spellCheck={false}
      maxLength={1000}
    />
  );
}
