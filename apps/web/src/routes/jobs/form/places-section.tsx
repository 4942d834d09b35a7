import { useQuery } from "@tanstack/react-query";
import { api } from "../../../api/client.ts";
import { countText } from "../../../components/number-text.ts";
import { locatorProblem } from "../../../components/place-picker/place-parts.ts";
import { PlacePicker } from "../../../components/place-picker/place-picker.tsx";
import { exactTime } from "../../../components/time-text.ts";
import { settingsQuery } from "../job-queries.ts";
import { ChoiceField } from "./choice-field.tsx";
import { useJobForm } from "./form-controller.ts";
import { ListField, SelectField, TextField } from "./form-fields.tsx";
import { FormSection } from "./form-section.tsx";

const FORMATS = ["ndjson", "json", "yaml", "csv", "sql"].map((value) => ({ value, label: value }));

/** From where to where. */
export function PlacesSection() {
  const { form, set, has, problem } = useJobForm();
  const { kind } = form;
  const both = kind === "bi-sync";
  const takesBase =
    has("base") && (kind === "merge" || form.strategy === "three-way" || form.base !== undefined);
  return (
    <FormSection title="What" about={ABOUT[kind]}>
      {has("patch") && <PatchField />}
      {kind === "import" && <FileField />}
      {has("source") && (
        <PlacePicker
          label={both ? "One side (source)" : "Source"}
          value={form.source}
          onChange={(source) => set({ source })}
          error={problem("source")}
          required
          writes={both && form.direction !== "source-to-target"}
        />
      )}
      {has("target") && (
        <PlacePicker
          label={both ? "The other side (target)" : "Target"}
          value={form.target}
          onChange={(target) => set({ target })}
          error={problem("target")}
          required
          writes={has("dryRun") && !(both && form.direction === "target-to-source")}
        />
      )}
      {takesBase && (
        <PlacePicker
          label="Base"
          description="The common ancestor of both sides: what they had when they were last alike."
          value={form.base ?? ""}
          onChange={(base) => set({ base: base === "" ? undefined : base })}
          error={problem("base")}
          required={kind === "merge" || form.strategy === "three-way"}
        />
      )}
      {has("ledgerId") && <ApplicationField />}
      {kind === "export" && <FileField />}
      {has("format") && (
        <SelectField
          name="format"
          label="Format"
          help="Of the rows in the file."
          options={FORMATS}
          none="As the file is called, else ndjson"
          width={420}
        />
      )}
      {has("dataset") && <DatasetField />}
      {has("recipients") && (
        <ListField
          name="recipients"
          label="Encrypted for"
          help="age public keys; whoever has one of the secret keys can open the file."
          placeholder="age1…"
        />
      )}
      {has("allow") && (
        <TextField
          name="allow"
          label="Roots that may be touched"
          help="A file of the dump folder that lists their keys; any other root is refused."
          optional
          mono
          width={420}
        />
      )}
    </FormSection>
  );
}

const ABOUT: Readonly<Partial<Record<string, string>>> = {
  merge: "What the source changed since the base goes to the target; what both changed is a conflict.",
  "bi-sync": "Both sides are read and written, unless the direction below says otherwise.",
  export: "Rows of one instant, into a file of the server's dump folder.",
};

function FileField() {
  const { form } = useJobForm();
  const writes = form.kind === "export";
  return (
    <TextField
      name="file"
      label="File"
      help={
        writes
          ? "Its name in the dump folder. {time} becomes the run's instant; .gz and .zst compress, .age encrypts."
          : "Its name in the dump folder, as an export wrote it."
      }
      placeholder={writes ? "shop-{time}.ndjson.zst" : "shop.ndjson.zst"}
      required
      mono
      width={420}
    />
  );
}

function DatasetField() {
  const settings = useQuery(settingsQuery);
  return (
    <TextField
      name="dataset"
      label="Dataset"
      help="Only rows of this dataset of the configuration, with everything that belongs to them."
      suggestions={settings.data?.fixed.datasets ?? []}
      optional
      mono
      width={420}
    />
  );
}

/** A stored patch, by what it is. */
function PatchField() {
  const { data } = useQuery({
    queryKey: ["patches", "to-choose"],
    queryFn: ({ signal }) => api.diffs.listPatches({ query: { limit: 50 }, signal }),
  });
  return (
    <ChoiceField
      name="patch"
      label="Patch"
      help="The id of a stored patch; the newest are listed."
      choices={(data?.items ?? []).map(({ id, source, target, operations, createdAt }) => ({
        value: id,
        about: `${source} → ${target} · ${countText(operations)} changes · ${exactTime(createdAt)}`,
      }))}
    />
  );
}

/** What was applied to the target. */
function ApplicationField() {
  const { form } = useJobForm();
  const { target } = form;
  const known = target !== "" && locatorProblem(target) === null;
  const { data } = useQuery({
    queryKey: ["log", "to-choose", target],
    queryFn: ({ signal }) => api.transfers.readLog({ query: { target, limit: 50 }, signal }),
    enabled: known,
  });
  return (
    <ChoiceField
      name="ledgerId"
      label="Application"
      help={applicationHelp(known, data?.items.length)}
      choices={(data?.items ?? []).map(({ id, kind, source, counts, appliedAt }) => ({
        value: id,
        about: `${kind} from ${source} · +${countText(counts.inserted)} ~${countText(counts.updated)} −${countText(counts.deleted)} · ${exactTime(appliedAt)}`,
      }))}
    />
  );
}

function applicationHelp(known: boolean, count: number | undefined): string {
  if (!known) return "Choose the target first, then what was applied to it.";
  if (count === 0)
    return "Nothing is in the target's log: nothing was applied there that could be taken back.";
  return "What shall be taken back, as the target's log calls it.";
}
