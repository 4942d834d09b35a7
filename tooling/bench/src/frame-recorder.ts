import type { Page } from "playwright-core";

/** Milliseconds between frames, and of tasks that kept the page busy for more than 50. */
export interface Frames {
  readonly deltas: readonly number[];
  readonly longTasks: readonly number[];
}

/** Runs in the page before anything else. */
export const FRAME_RECORDER = `(() => {
  const state = { firstRowAt: null, deltas: [], longTasks: [], recording: false };
  window.__syncline = {
    get firstRowAt() { return state.firstRowAt; },
    record() {
      Object.assign(state, { deltas: [], longTasks: [], recording: true });
      let last = performance.now();
      const frame = (now) => {
        if (!state.recording) return;
        state.deltas.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
    },
    stop() {
      state.recording = false;
      return { deltas: state.deltas, longTasks: state.longTasks };
    },
  };
  new PerformanceObserver((list) => {
    if (state.recording) state.longTasks.push(...list.getEntries().map((entry) => entry.duration));
  }).observe({ type: "longtask" });
  const look = () => {
    if (document.querySelector("[role=grid] [role=row][data-n]") !== null) state.firstRowAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

export async function stopRecording(page: Page): Promise<Frames> {
  return (await page.evaluate("window.__syncline.stop()")) as Frames;
}
