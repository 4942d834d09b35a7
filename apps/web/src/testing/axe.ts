import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const GRAVE: ReadonlySet<string> = new Set(["serious", "critical"]);

/** What axe finds serious or critical on the page as it is, one line each. */
export async function graveFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations
    .filter(({ impact }) => GRAVE.has(impact ?? ""))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, html, failureSummary = "" }) => {
        const why = failureSummary.split("\n").slice(1).join(" ").trim();
        return `${id} at ${target.join(" ")}: ${html.slice(0, 160)} — ${why}`;
      }),
    );
}
