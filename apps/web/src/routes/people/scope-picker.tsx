import { Button, Checkbox, Group, SimpleGrid, Text } from "@mantine/core";
import { grants, type Scope } from "@syncline/api";
import { ROLES } from "@syncline/core";
import { roleText, scopeGroups, scopesOfRole } from "./scope-groups.ts";

interface ScopePickerProps {
  /** What whoever makes the key has: nobody gives more. */
  readonly held: readonly string[];
  /** Whether "everything" is offered. */
  readonly everything: boolean;
  readonly all: boolean;
  readonly onAll: (all: boolean) => void;
  readonly scopes: ReadonlySet<Scope>;
  readonly onChange: (scopes: ReadonlySet<Scope>) => void;
}

const GROUPS = scopeGroups();

/** Scopes by what they are about; roles as a start. */
export function ScopePicker({ held, everything, all, onAll, scopes, onChange }: ScopePickerProps) {
  const mayAll = held.includes("*");
  const toggle = (scope: Scope, on: boolean) => {
    const next = new Set(scopes);
    if (on) next.add(scope);
    else next.delete(scope);
    onChange(next);
  };
  return (
    <div>
      <Group gap="xs" mb="xs">
        <Text size="sm" fw={500}>
          It may
        </Text>
        {ROLES.filter((role) => role !== "admin").map((role) => (
          <Button
            key={role}
            variant="default"
            size="compact-xs"
            onClick={() => {
              onAll(false);
              onChange(new Set(scopesOfRole(role, held)));
            }}
          >
            {roleText(role)}
          </Button>
        ))}
        <Button
          variant="default"
          size="compact-xs"
          onClick={() => {
            onAll(false);
            onChange(new Set());
          }}
        >
          nothing
        </Button>
        {everything && mayAll && (
          <Checkbox
            size="xs"
            label="everything, also what later versions add"
            checked={all}
            onChange={(event) => onAll(event.currentTarget.checked)}
          />
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="xs" verticalSpacing="xs">
        {GROUPS.map(({ noun, scopes: those }) => (
          <fieldset key={noun} className="sl-scopes">
            <legend>{noun}</legend>
            {those.map((scope) => (
              <Checkbox
                key={scope}
                size="xs"
                label={scope.slice(noun.length + 1)}
                aria-label={scope}
                checked={all || scopes.has(scope)}
                disabled={all || !grants(held, scope)}
                onChange={(event) => toggle(scope, event.currentTarget.checked)}
              />
            ))}
          </fieldset>
        ))}
      </SimpleGrid>
    </div>
  );
}
