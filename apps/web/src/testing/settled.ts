import type { Page } from "playwright-core";

/** Until the page has its heading and nothing on it is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(
    () => document.querySelector(".mantine-Skeleton-root[data-visible], [aria-busy=true]") === null,
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** By how many pixels the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
