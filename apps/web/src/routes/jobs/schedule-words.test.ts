import { expect, it } from "vitest";
import { cronWords, durationWords, scheduleWords } from "./schedule-words.ts";

it.each([
  ["* * * * *", "every minute"],
  ["*/1 * * * *", "every minute"],
  ["*/15 * * * *", "every 15 minutes"],
  ["0 * * * *", "every hour"],
  ["5,35 * * * *", "every hour at minute 5 and 35"],
  ["30 2 * * *", "every day at 02:30"],
  ["0 8,20 * * *", "every day at 08:00 and 20:00"],
  ["0 8 * * 1-5", "Monday to Friday at 08:00"],
  ["0 8 * * MON-FRI", "Monday to Friday at 08:00"],
  ["*/10 8-17 * * 1-5", "every 10 minutes within 08:00–17:59, Monday to Friday"],
  ["0 3 * * 0", "every Sunday at 03:00"],
  ["0 3 * * 7", "every Sunday at 03:00"],
  ["0 3 * * 1,3", "every Monday and Wednesday at 03:00"],
  ["0 4 1 * *", "on day 1 of the month at 04:00"],
  ["0 4 L * *", "on the last day of the month at 04:00"],
  ["0 4 1 1,7 *", "on day 1 of January and July at 04:00"],
  ["0 4 * DEC *", "every day in December at 04:00"],
  ["0 4 13 * 5", "on day 13 of the month, and every Friday at 04:00"],
  ["0 */2 * * *", "every 2 hours from 00:00"],
  ["15 */6 * * *", "every 6 hours from 00:15"],
  ["*/20 */6 * * *", "every 20 minutes in every 6th hour from 00:00"],
  ["0 0 1-7 * ?", "on day 1–7 of the month at 00:00"],
])("says %s", (cron, words) => expect(cronWords(cron)).toBe(words));

it.each([
  "0 0 * * MON#2",
  "0 0 15W * *",
  "5/15 * * * *",
  "0 0 * *",
  "61 * * * *",
  "a b c d e",
  "",
  "0 8 * * 5-1",
])("does not guess at %s", (cron) => expect(cronWords(cron)).toBeNull());

it("says every kind of schedule", () => {
  expect(scheduleWords(undefined)).toBe("by hand");
  expect(scheduleWords({ every: "1h", missed: "once" })).toBe("every hour");
  expect(scheduleWords({ every: "90m", missed: "once" })).toBe("every 90 minutes");
  expect(scheduleWords({ cron: "0 8 * * 1-5", timeZone: "Europe/Berlin", missed: "once" })).toBe(
    "Monday to Friday at 08:00, Europe/Berlin",
  );
  expect(scheduleWords({ cron: "0 0 * * MON#2", timeZone: "UTC", missed: "once" })).toBe(
    "by cron “0 0 * * MON#2”, UTC",
  );
  expect(scheduleWords({ listen: { server: "office", channel: "rows_changed", quiet: "1s" } })).toBe(
    "when office sends “rows_changed”",
  );
  expect(durationWords("1s")).toBe("1 second");
  expect(durationWords("1500ms")).toBe("1,500 milliseconds");
});
