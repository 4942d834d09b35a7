import { Group, SegmentedControl, Stack } from "@mantine/core";
import { scheduleSchema } from "@syncline/api";
import { useQuery } from "@tanstack/react-query";
import { databasesQuery } from "../../../api/places.ts";
import { NextTimes } from "../next-times.tsx";
import { missedWords } from "../schedule-words.ts";
import { scheduleOfForm } from "./definition-of-form.ts";
import { useJobForm } from "./form-controller.ts";
import { SelectField, SwitchField, TextField } from "./form-fields.tsx";
import { FormSection } from "./form-section.tsx";
import type { ScheduleMode } from "./job-form.ts";

const MODES: readonly { readonly value: ScheduleMode; readonly label: string }[] = [
  { value: "none", label: "By hand" },
  { value: "every", label: "Interval" },
  { value: "cron", label: "Cron" },
  { value: "listen", label: "Notification" },
];
const MISSED = (["once", "skip", "all"] as const).map((value) => ({ value, label: missedWords(value) }));
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set(["UTC", OWN_ZONE, ...Intl.supportedValuesOf("timeZone")])];

/** When runs are made by themselves. */
export function ScheduleSection() {
  const { form, set } = useJobForm();
  const { scheduleMode } = form;
  const parsed = scheduleSchema.safeParse(scheduleOfForm(form));
  const timed = scheduleMode === "every" || scheduleMode === "cron";
  return (
    <FormSection
      title="When"
      about="It can be run by hand and by its hook in any case. A time that comes while one of its runs has not ended makes none."
    >
      <SegmentedControl
        aria-label="Schedule"
        data={[...MODES]}
        value={scheduleMode}
        onChange={(mode) => set({ scheduleMode: mode as ScheduleMode })}
        style={{ alignSelf: "flex-start" }}
      />
      {scheduleMode === "every" && (
        <TextField
          name="every"
          label="Every"
          help="At least a minute, as 5m, 2h or 1d. Times are multiples since 1970: 1h is at each full hour."
          required
          mono
          width={420}
        />
      )}
      {scheduleMode === "cron" && (
        <Group gap="md" align="flex-start">
          <TextField
            name="cron"
            label="Cron"
            help="Minute, hour, day of month, month, day of week."
            placeholder="30 2 * * *"
            required
            mono
            width={300}
          />
          <TextField
            name="timeZone"
            label="Time zone"
            help="Whose clock it goes by."
            suggestions={ZONES}
            required
            width={260}
          />
        </Group>
      )}
      {scheduleMode === "listen" && <ListenFields />}
      {timed && (
        <SelectField
          name="missed"
          label="Missed times"
          help="When the service was not running, or too busy."
          options={MISSED}
          width={420}
        />
      )}
      {scheduleMode !== "none" && (
        <SwitchField name="enabled" label="Schedule on" help="Switched off it makes no runs by itself." />
      )}
      {parsed.success && scheduleMode !== "none" && <NextTimes schedule={parsed.data} />}
    </FormSection>
  );
}

function ListenFields() {
  const { data } = useQuery(databasesQuery);
  return (
    <Stack gap="md">
      <Group gap="md" align="flex-start">
        <TextField
          name="listenServer"
          label="Server"
          help="Which sends the notifications."
          suggestions={(data?.items ?? []).map(({ server }) => server)}
          required
          mono
          width={220}
        />
        <TextField
          name="listenChannel"
          label="Channel"
          help="What NOTIFY names."
          placeholder="rows_changed"
          required
          mono
          width={220}
        />
        <TextField
          name="listenQuiet"
          label="Gathered for"
          help="Notifications within this time make one run."
          placeholder="1s"
          mono
          width={220}
        />
      </Group>
    </Stack>
  );
}
