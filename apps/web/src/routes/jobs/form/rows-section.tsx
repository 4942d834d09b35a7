import { useQuery } from "@tanstack/react-query";
import { settingsQuery } from "../job-queries.ts";
import { FilterField } from "./filter-field.tsx";
import { useJobForm } from "./form-controller.ts";
import { ListField, SwitchField, TextField } from "./form-fields.tsx";
import { Advanced, FormSection } from "./form-section.tsx";
import { usePlaceColumns } from "./place-columns.ts";
import { KeysField, PairsField } from "./rows-fields.tsx";

/** Which rows, and which columns of them. */
export function RowsSection() {
  const { form, has } = useJobForm();
  const source = usePlaceColumns(has("source") ? form.source : "");
  const target = usePlaceColumns(has("target") ? form.target : "");
  if (!has("schema") && !has("filter")) return null;
  const whole = form.kind === "bi-sync";
  return (
    <FormSection
      title="Which rows"
      about={
        whole
          ? "Whole tables are kept in step: a filter or a mask is refused."
          : "Everything, unless something here says otherwise."
      }
    >
      {has("schema") && (
        <ListField
          name="schema"
          label="Tables"
          help="Only tables of these names among those of the place; * stands for any text."
          placeholder="order*"
          suggestions={source.tables}
        />
      )}
      {has("filter") && (!whole || form.filter !== undefined) && <FilterField />}
      {has("ignoreFields") && (
        <ListField
          name="ignoreFields"
          label="Columns left alone"
          help="Neither compared nor written."
          placeholder="column, or table.column"
          suggestions={[...source.columns, ...source.tableColumns]}
        />
      )}
      {has("fields") && (
        <ListField
          name="fields"
          label="Only these columns"
          help="Of the compared ones; inserts and deletes still carry whole rows."
          placeholder="all columns"
          suggestions={source.columns}
        />
      )}
      {has("ignoreTimestamps") && (
        <SwitchField
          name="ignoreTimestamps"
          label="Leave out timestamps"
          help="created_at, updated_at and their like, as timestampFields of the configuration says."
        />
      )}
      {has("ignoreSystemFields") && (
        <SwitchField
          name="ignoreSystemFields"
          label="Leave out system columns"
          help="created_by, updated_by, version and their like, as systemFields of the configuration says."
        />
      )}
      {has("mask") && (!whole || form.mask !== undefined) && <MaskField />}
      {has("tolerance") && (
        <PairsField
          name="tolerance"
          label="Tolerances"
          help="Differences up to this count as equal: a number, or a time such as 2s."
          heads={["column", "up to"]}
          placeholders={["price, or orders.price", "0.01"]}
          suggestions={[[...source.columns, ...source.tableColumns], []]}
          between="±"
        />
      )}
      {has("key") && (
        <Advanced
          label="Other names and other keys"
          used={form.mapTable.length + form.mapColumn.length + form.key.length > 0}
        >
          <PairsField
            name="mapTable"
            label="Tables of another name"
            help="Which table of the target a table of the source belongs to."
            heads={["table of the source", "table of the target"]}
            placeholders={["clients", "customers"]}
            suggestions={[source.tables, target.tables]}
            between="→"
          />
          <PairsField
            name="mapColumn"
            label="Columns of another name"
            help="Which column of the target a column of the source belongs to."
            heads={["table.column of the source", "column of the target"]}
            placeholders={["clients.mail", "email"]}
            suggestions={[source.tableColumns, target.columns]}
            between="→"
          />
          <KeysField tables={source.tables} columnsOf={source.columnsOf} />
        </Advanced>
      )}
    </FormSection>
  );
}

function MaskField() {
  const settings = useQuery(settingsQuery);
  return (
    <TextField
      name="mask"
      label="Masks"
      help="A set of masks of the configuration: values are replaced by the source's server, originals do not leave it."
      suggestions={settings.data?.fixed.masks ?? []}
      optional
      mono
      width={420}
    />
  );
}
