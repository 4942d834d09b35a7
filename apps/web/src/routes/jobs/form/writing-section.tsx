import { Alert, Group } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { usePlaceFacts } from "../../../api/places.ts";
import { useJobForm } from "./form-controller.ts";
import { SelectField, SwitchField, TextField } from "./form-fields.tsx";
import { Advanced, FormSection } from "./form-section.tsx";
import { strategiesOf } from "./job-form.ts";

const ROW_STRATEGIES: Readonly<Record<string, string>> = {
  replace: "Replace: rows become those of the source, others are deleted",
  merge: "Merge: insert and update, delete nothing",
  append: "Append: insert only, a row that is there already is an error",
  "skip-existing": "Skip existing: insert only, rows that are there stay",
  timestamp: "Timestamp: the newer row wins",
  "three-way": "Three-way: both sides' edits since a base",
};
const PATCH_STRATEGIES: Readonly<Record<string, string>> = {
  manual: "Stop and report them",
  ours: "Keep the target's rows",
  theirs: "Overwrite them",
};
const optionsOf = (words: Readonly<Record<string, string>>, values: readonly string[] = Object.keys(words)) =>
  values.map((value) => ({ value, label: words[value] ?? value }));

const DIRECTIONS = optionsOf({
  both: "Both ways",
  "source-to-target": "Only from the source to the target",
  "target-to-source": "Only from the target to the source",
});
const DETECTIONS = optionsOf({
  "changed-fields": "A column that both changed to different values",
  key: "Any two different changes of a row",
  timestamp: "Rows whose timestamps do not say which is newer",
  "all-values": "Any two different changes; nothing is written while one is undecided",
});
const RESOLUTIONS = optionsOf({
  manual: "To the inbox, for somebody to decide",
  newest: "What was changed later",
  source: "What the source did",
  target: "What the target did",
  ignore: "Both stay as they are, nobody is asked",
});
const TRIGGERS = optionsOf({
  auto: "Fire, unless they change what was written",
  on: "Fire",
  off: "Do not fire",
});

/** How rows are written, and what happens where two sides disagree. */
export function WritingSection() {
  const { form, has } = useJobForm();
  if (form.kind === "watch") return <AlertSection />;
  if (!has("dryRun")) return null;
  const ofPatch = form.kind === "apply" || form.kind === "undo";
  const used =
    form.triggers !== "auto" ||
    form.includeCascades ||
    form.lockTimeout !== "10s" ||
    form.incremental ||
    form.includeSchemas;
  return (
    <FormSection title="How to write">
      {has("strategy") && (
        <SelectField
          name="strategy"
          label={ofPatch ? "Rows that changed meanwhile" : "Rows that are there already"}
          options={optionsOf(ofPatch ? PATCH_STRATEGIES : ROW_STRATEGIES, strategiesOf(form.kind))}
          width={520}
        />
      )}
      {has("direction") && (
        <SelectField name="direction" label="Direction" options={DIRECTIONS} width={520} />
      )}
      {has("conflicts") && <ConflictFields />}
      {has("maxDeletePercent") && (
        <Group gap="md" align="flex-start" grow maw={640}>
          <TextField
            name="maxDeletePercent"
            label="Deletes, percent of a table"
            help="A cycle that would delete more than 10 rows and a greater share stops. 100: any share."
            inputMode="decimal"
          />
          <TextField
            name="maxDeletes"
            label="Deletes, rows"
            help="A cycle that would delete more rows of a side stops. Empty: no limit."
            inputMode="numeric"
          />
        </Group>
      )}
      <ConfirmField />
      <SwitchField
        name="dryRun"
        label="Always dry"
        help="Every run does everything in transactions that are rolled back, and counts what would happen."
      />
      <Advanced label="Triggers, cascades and locks" used={used}>
        {has("incremental") && (
          <SwitchField
            name="incremental"
            label="Only what changed since the last run"
            help="By the tables' timestamps; rows that the source deleted are not followed."
          />
        )}
        {has("includeSchemas") && (
          <SwitchField
            name="includeSchemas"
            label="Make tables that the target lacks"
            help="With what they need."
          />
        )}
        <SwitchField
          name="includeCascades"
          label="Accept cascades"
          help="Foreign keys of the target may delete or change rows beyond those that are compared."
        />
        <SelectField name="triggers" label="Triggers of the target" options={TRIGGERS} width={420} />
        <TextField
          name="lockTimeout"
          label="Wait for locks"
          help="At most this long, as 500ms, 30s or 5m."
          placeholder="10s"
          mono
          width={200}
        />
      </Advanced>
    </FormSection>
  );
}

function ConflictFields() {
  return (
    <>
      <SelectField
        name="detection"
        label="What is a conflict"
        help="Of rows that both sides changed."
        options={DETECTIONS}
        width={520}
      />
      <SelectField name="resolution" label="What becomes of it" options={RESOLUTIONS} width={520} />
      <TextField
        name="skew"
        label="Clock difference"
        help="Timestamps that are no further apart do not say which row is newer."
        placeholder="0s"
        mono
        width={420}
      />
    </>
  );
}

/** A protected server wants to hear its name, or an approved review. */
function ConfirmField() {
  const { form, has } = useJobForm();
  const factsOf = usePlaceFacts();
  const { kind, direction } = form;
  const written = [
    ...(has("target") && !(kind === "bi-sync" && direction === "target-to-source") ? [form.target] : []),
    ...(kind === "bi-sync" && direction !== "source-to-target" ? [form.source] : []),
  ];
  const servers = written.flatMap((place) => {
    const facts = factsOf(place);
    return facts !== null && facts.protection === "protected" ? [facts.server] : [];
  });
  const [server] = servers;
  if (server === undefined && form.confirm === undefined) return null;
  return (
    <>
      {server !== undefined && form.confirm !== server && (
        <Alert
          variant="outline"
          color="yellow"
          icon={<IconLock aria-hidden />}
          styles={{ title: { color: "var(--sl-update)" } }}
          title={`${server} is protected`}
        >
          Without its name each run that writes needs an approved review; a schedule without either one fails.
        </Alert>
      )}
      <TextField
        name="confirm"
        label="Name of the protected server"
        help={
          server === undefined
            ? "None of the places is protected: it is not asked for."
            : `Type ${server} to let the job write to it by itself.`
        }
        optional
        mono
        width={420}
      />
    </>
  );
}

function AlertSection() {
  return (
    <FormSection title="When to alert">
      <TextField
        name="alertAbove"
        label="Rows that may differ"
        help="When more than these differ, the webhooks hear of it."
        inputMode="numeric"
        width={200}
      />
    </FormSection>
  );
}
