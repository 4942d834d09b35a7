import { copyOfJob, runCopy } from "../../operations/index.ts";
import { finishCopy, planCopy, sliceCopy } from "../../operations/slices/index.ts";
import { cutUnits, sliceWork } from "./cut-units.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Copies, in one piece or in slices. */
export const copyUnits = cutUnits({
  whole: async (work) => summarized(await runCopy(work.setting, copyOfJob(jobOf(work, "copy")))),
  plan: (work) => {
    const job = jobOf(work, "copy");
    return planCopy(sliceWork(work), copyOfJob(job), job.slices);
  },
  slice: (work) => sliceCopy(sliceWork(work), copyOfJob(jobOf(work, "copy"))),
  finish: async (work) => {
    const summary = await finishCopy(sliceWork(work), copyOfJob(jobOf(work, "copy")));
    return { summary, rows: 0, bytes: 0 };
  },
});
