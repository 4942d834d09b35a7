import { type FieldName, fieldsOf, type JobForm, type NamedText } from "./job-form.ts";

/** One of each field that a definition may have; undefined: it is left out. */
const WRITERS: Readonly<Record<FieldName, (form: JobForm) => unknown>> = {
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  description: ({ description }) => description,
  enabled: ({ enabled }) => enabled,
  schedule: scheduleOfForm,
  retry: ({ attempts, firstPause, factor, longestPause }) => ({
    ...left("attempts", numberOf(attempts)),
    ...left("first", filled(firstPause)),
    ...left("factor", numberOf(factor)),
    ...left("longest", filled(longestPause)),
  }),
  timeout: ({ timeout }) => timeout,
  source: ({ source }) => source,
  target: ({ target }) => target,
  base: ({ base }) => base,
  schema: ({ schema }) => schema,
  filter: ({ filter }) => (filter === undefined ? undefined : documentOf(filter)),
  mask: ({ mask }) => mask,
  dataset: ({ dataset }) => dataset,
  fields: ({ fields }) => (fields.length === 0 ? undefined : fields),
  ignoreFields: ({ ignoreFields }) => ignoreFields,
  ignoreTimestamps: ({ ignoreTimestamps }) => ignoreTimestamps,
  ignoreSystemFields: ({ ignoreSystemFields }) => ignoreSystemFields,
  mapTable: ({ mapTable }) => recordOf(mapTable),
  mapColumn: ({ mapColumn }) => recordOf(mapColumn),
  tolerance: ({ tolerance }) => recordOf(tolerance),
  key: ({ key }) =>
    Object.fromEntries(
      key
        .filter(({ table, columns }) => table !== "" || columns.length > 0)
        .map(({ table, columns }) => [table, columns]),
    ),
  parallel: ({ parallel }) => numberOf(parallel),
  slices: ({ slices }) => (slices === "auto" ? slices : numberOf(slices)),
  maxDifferences: ({ maxDifferences }) => numberOf(maxDifferences),
  maxPercent: ({ maxPercent }) => numberOf(maxPercent),
  alertAbove: ({ alertAbove }) => numberOf(alertAbove),
  strategy: ({ strategy }) => strategy,
  direction: ({ direction }) => direction,
  conflicts: ({ detection, resolution, skew }) => ({ detection, resolution, ...left("skew", filled(skew)) }),
  maxDeletePercent: ({ maxDeletePercent }) => numberOf(maxDeletePercent),
  maxDeletes: ({ maxDeletes }) => numberOf(maxDeletes),
  incremental: ({ incremental }) => incremental,
  includeSchemas: ({ includeSchemas }) => includeSchemas,
  includeCascades: ({ includeCascades }) => includeCascades,
  triggers: ({ triggers }) => triggers,
  lockTimeout: ({ lockTimeout }) => filled(lockTimeout),
  confirm: ({ confirm }) => confirm,
  dryRun: ({ dryRun }) => dryRun,
  patch: ({ patch }) => patch,
  ledgerId: ({ ledgerId }) => ledgerId,
  file: ({ file }) => file,
  format: ({ format }) => format,
  recipients: ({ recipients }) => recipients,
  allow: ({ allow }) => allow,
};

/** What the form says, for the schema to read: it may be wrong yet. */
export function definitionOfForm(form: JobForm): Readonly<Record<string, unknown>> {
  const written = [...fieldsOf(form.kind)].map((name) => [name, WRITERS[name](form)] as const);
  return Object.fromEntries(written.filter(([, value]) => value !== undefined));
}

export function scheduleOfForm(form: JobForm): Readonly<Record<string, unknown>> | undefined {
  const { scheduleMode, every, cron, timeZone, missed } = form;
  switch (scheduleMode) {
    case "none":
      return undefined;
    case "every":
      return { every, missed };
    case "cron":
      return { cron, timeZone, missed };
    case "listen":
      return {
        listen: {
          server: form.listenServer,
          channel: form.listenChannel,
          ...left("quiet", filled(form.listenQuiet)),
        },
      };
  }
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A text that is no number stays one, for the schema to refuse; an empty one is left out. */
function numberOf(text: string): unknown {
  const typed = text.trim();
  if (typed === "") return undefined;
  return NUMBER.test(typed) ? Number(typed) : typed;
}

const filled = (text: string) => (text === "" ? undefined : text);

const left = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });

function recordOf(rows: readonly NamedText[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rows.filter(({ name, value }) => name !== "" || value !== "").map(({ name, value }) => [name, value]),
  );
}

/** A text that is no JSON stays one, for the schema to refuse. */
function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
