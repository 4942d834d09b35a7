import { isCodedError } from "@syncline/core";
import { createContext, useContext, useMemo, useState } from "react";
import { issuesOf } from "../../../api/describe-error.ts";
import { type CheckedForm, checkForm, NEEDED } from "./check-form.ts";
import type { FieldName, JobForm } from "./job-form.ts";
import { fieldsOf } from "./job-form.ts";

export interface FormController {
  readonly form: JobForm;
  readonly set: (change: Partial<JobForm>) => void;
  /** Replaces everything, as when somebody else's version is taken. */
  readonly reset: (form: JobForm) => void;
  readonly changed: boolean;
  /** Says that what is there counts as saved. */
  readonly saved: () => void;
  readonly checked: CheckedForm;
  readonly has: (field: FieldName) => boolean;
  /** What is wrong at a path, once it is worth saying. */
  readonly problem: (path: string) => string | undefined;
  /** Says all that is wrong from now on. True: nothing is. */
  readonly submit: () => boolean;
  /** What the server said of single fields; each is forgotten when its field changes. */
  readonly refused: (error: unknown) => void;
}

/** Fields whose path in a definition is another than their name in the form. */
const PATHS: Readonly<Partial<Record<keyof JobForm, string>>> = {
  scheduleMode: "schedule",
  every: "schedule.every",
  cron: "schedule.cron",
  timeZone: "schedule.timeZone",
  listenServer: "schedule.listen.server",
  listenChannel: "schedule.listen.channel",
  listenQuiet: "schedule.listen.quiet",
  attempts: "retry.attempts",
  firstPause: "retry.first",
  factor: "retry.factor",
  longestPause: "retry.longest",
  skew: "conflicts.skew",
};

export const pathOf = (name: keyof JobForm): string => PATHS[name] ?? name;

/** The state of the form: what was typed, what is wrong with it, and since when that is said. */
export function useFormController(initial: JobForm): FormController {
  const [form, setForm] = useState(initial);
  const [savedForm, setSavedForm] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [submitted, setSubmitted] = useState(false);
  const [refusals, setRefusals] = useState<ReadonlyMap<string, string>>(new Map());
  const checked = useMemo(() => checkForm(form), [form]);
  const fields = useMemo(() => fieldsOf(form.kind), [form.kind]);
  return {
    form,
    checked,
    changed: form !== savedForm,
    set(change) {
      const paths = (Object.keys(change) as (keyof JobForm)[]).map(pathOf);
      setForm((before) => ({ ...before, ...change }));
      setTouched((before) => new Set([...before, ...paths]));
      setRefusals(
        (before) => new Map([...before].filter(([path]) => !paths.some((each) => isWithin(path, each)))),
      );
    },
    reset(next) {
      setForm(next);
      setSavedForm(next);
      setRefusals(new Map());
    },
    saved: () => setSavedForm(form),
    has: (field) => fields.has(field),
    problem(path) {
      const refusal = firstWithin(refusals, path);
      if (refusal !== undefined) return refusal;
      const found = firstWithin(checked.problems, path);
      if (found === undefined || submitted) return found;
      // Somebody who has just begun is not told what they have not come to.
      return touched.has(path) && found !== NEEDED ? found : undefined;
    },
    submit() {
      setSubmitted(true);
      return checked.definition !== null;
    },
    refused: (error) => setRefusals(refusalsOf(error)),
  };
}

/** Fields that an error is about as a whole. */
const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  "resource.exists": "name",
  "mask.invalid": "mask",
  "dataset.not_found": "dataset",
  "filter.invalid": "filter",
};

function refusalsOf(error: unknown): ReadonlyMap<string, string> {
  const issues = issuesOf(error).map(
    ({ path, problem }) => [path.replace(/^definition\./, ""), problem] as const,
  );
  const field = isCodedError(error) ? FIELD_OF_CODE[error.code] : undefined;
  return new Map(field === undefined || !isCodedError(error) ? issues : [...issues, [field, error.message]]);
}

const isWithin = (path: string, root: string) => path === root || path.startsWith(`${root}.`);

function firstWithin(problems: ReadonlyMap<string, string>, path: string): string | undefined {
  const own = problems.get(path);
  if (own !== undefined) return own;
  for (const [each, problem] of problems)
    if (isWithin(each, path)) return `${each.slice(path.length + 1)}: ${problem}`;
  return undefined;
}

export const FormContext = createContext<FormController | null>(null);

export function useJobForm(): FormController {
  const controller = useContext(FormContext);
  if (controller === null) throw new Error("a field outside of its form");
  return controller;
}
