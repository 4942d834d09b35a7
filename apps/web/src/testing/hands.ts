import type { Locator, Page } from "playwright-core";

/** How somebody works with a page: all of it by mouse, or all of it by keyboard. */
export interface Hands {
  /** Chooses a button, a link, a tab, an option. */
  press(wanted: Locator): Promise<void>;
  /** Writes into a field, over what it holds. */
  write(field: Locator, text: string): Promise<void>;
  /** Goes to a row of a grid and opens it. */
  openRow(grid: Locator, row: number): Promise<void>;
}

const MOST_STEPS = 250;

export class MouseHands implements Hands {
  async press(wanted: Locator): Promise<void> {
    await wanted.click();
  }

  async write(field: Locator, text: string): Promise<void> {
    await field.click({ clickCount: 3 });
    await field.page().keyboard.type(text);
  }

  async openRow(grid: Locator, row: number): Promise<void> {
    await grid.locator(`[role=row][aria-rowindex="${row + 1}"]`).click();
  }
}

/** Knows no mouse: everything is reached with Tab and arrows, as the page lets itself be reached. */
export class KeyboardHands implements Hands {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(wanted: Locator): Promise<void> {
    await wanted.waitFor();
    const role = await wanted.evaluate((element) => element.getAttribute("role") ?? element.tagName);
    if (role === "tab") return this.#toTab(wanted);
    await this.#focus(wanted);
    await this.#page.keyboard.press(role === "checkbox" || role === "INPUT" ? "Space" : "Enter");
  }

  async write(field: Locator, text: string): Promise<void> {
    await field.waitFor();
    await this.#focus(field);
    await this.#page.keyboard.press("ControlOrMeta+a");
    await this.#page.keyboard.type(text);
  }

  async openRow(grid: Locator, row: number): Promise<void> {
    await grid.waitFor();
    await this.#focus(grid);
    await this.#page.keyboard.press("Home");
    for (let at = 1; at < row; at += 1) await this.#page.keyboard.press("ArrowDown");
    await this.#page.keyboard.press("Enter");
  }

  /** Presses Tab or Shift+Tab as often as there are places between, until the page has the focus there. */
  async #focus(wanted: Locator): Promise<void> {
    const seen = new Set<number>();
    for (let tries = 0; tries < MOST_STEPS; tries += 1) {
      const steps = await stepsTo(wanted);
      if (steps === 0) return;
      // Some places are not reached one by one, as the radios of a group: then a step at a time.
      const presses = seen.has(steps) ? 1 : Math.abs(steps);
      seen.add(steps);
      for (let at = 0; at < presses; at += 1)
        await this.#page.keyboard.press(steps > 0 ? "Tab" : "Shift+Tab");
    }
    throw new Error(`the keyboard does not reach ${wanted}`);
  }

  /** Of a list of tabs one can be reached with Tab; the others with arrows from there. */
  async #toTab(wanted: Locator): Promise<void> {
    const list = wanted.locator("xpath=ancestor::*[@role='tablist'][1]");
    await this.#focus(list.locator("[role=tab][tabindex='0'], [role=tab][aria-selected=true]").first());
    for (let steps = 0; steps < MOST_STEPS && !(await isFocused(wanted)); steps += 1)
      await this.#page.keyboard.press("ArrowRight");
    await this.#page.keyboard.press("Enter");
  }
}

/** How many presses of Tab lie between what has the focus and this; below 0: of Shift+Tab. */
function stepsTo(wanted: Locator): Promise<number> {
  return wanted.evaluate((element) => {
    const { activeElement } = document;
    if (activeElement === element) return 0;
    const places: Element[] = [
      ...document.querySelectorAll<HTMLElement>("a[href], button, input, textarea, select, [tabindex]"),
    ].filter(
      (place) =>
        place === element || (place.tabIndex >= 0 && !place.matches(":disabled") && place.checkVisibility()),
    );
    const from = activeElement === null ? -1 : places.indexOf(activeElement);
    return places.indexOf(element) - from || 1;
  });
}

function isFocused(wanted: Locator): Promise<boolean> {
  return wanted.evaluate((element) => element === document.activeElement);
}
