import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { DashboardWorld } from "./dashboard-world.ts";
import type { Hands } from "./hands.ts";
import { PASSWORD } from "./people.ts";
import type { Tenant } from "./review-fixture.ts";

export interface Flow {
  readonly tenant: Tenant;
  readonly handsOf: (page: Page) => Hands;
}

/** Somebody at their browser. */
export interface Seat {
  readonly page: Page;
  readonly hands: Hands;
}

const ID = /[0-9a-f]{8}-[0-9a-f-]{27}/;

/** The steps from a comparison to an undo, as people take them: through pages alone. */
export class WholeFlow {
  readonly #world: DashboardWorld<"ann" | "ben" | "cem">;
  readonly #tenant: Tenant;
  readonly #handsOf: Flow["handsOf"];

  constructor(world: DashboardWorld<"ann" | "ben" | "cem">, { tenant, handsOf }: Flow) {
    this.#world = world;
    this.#tenant = tenant;
    this.#handsOf = handsOf;
  }

  async signIn(who: "ann" | "ben"): Promise<Seat> {
    // A browser tells every answer of this kind, also the first one to who is not signed in yet.
    this.#world.complaints.expect(/status of 401/);
    const context = await this.#world.newContext();
    const page = await context.newPage();
    const hands = this.#handsOf(page);
    await page.goto(`${this.#world.server.url}/`);
    await hands.write(page.getByLabel("E-mail"), this.#world.people[who].email);
    await hands.write(page.locator("input[type=password]"), PASSWORD);
    await hands.press(page.getByRole("button", { name: "Sign in" }));
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    return { page, hands };
  }

  /** By the form; ends on the page of the result. */
  async compare({ page, hands }: Seat, table: string): Promise<void> {
    await hands.press(page.getByRole("link", { name: "Comparisons" }).first());
    await hands.press(page.getByRole("link", { name: "Compare two places" }).first());
    for (const [label, server] of [
      ["Source", "stage"],
      ["Target", "prod"],
    ] as const) {
      const place = page.getByRole("group", { name: label });
      await hands.press(place.getByRole("button", { name: "Type a locator" }));
      await hands.write(place.getByLabel(`${label}: locator`), `${server}:${this.#tenant}:${table}`);
    }
    await hands.press(page.getByRole("button", { name: "Compare" }));
    await page.waitForURL(/\/diffs\/[0-9a-f]{8}-/);
  }

  /** The verdict first, then a row with both its sides. */
  async lookAtRows({ page, hands }: Seat): Promise<void> {
    await page
      .getByRole("region", { name: "Verdict" })
      .getByText(/differs?\.$/)
      .waitFor();
    const grid = page.getByRole("grid", { name: "Changed rows" });
    await grid.getByRole("row", { name: /two.*zwei/ }).waitFor();
    await hands.openRow(grid, 1);
    await page.getByRole("heading", { name: "Changed row" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Changed row" }).waitFor({ state: "hidden" });
  }

  async makePatch({ page, hands }: Seat, count: string): Promise<void> {
    await hands.press(page.getByRole("button", { name: "Make a patch", exact: true }));
    await hands.press(page.getByRole("button", { name: `Make a patch of ${count}` }));
    await page.waitForURL(/\/patches\/[0-9a-f]{8}-/);
  }

  async askForReview({ page, hands }: Seat, title: string): Promise<string> {
    await hands.press(page.getByRole("button", { name: "Ask for a review" }).first());
    const dialog = page.getByRole("dialog");
    await hands.write(dialog.getByLabel("Title"), title);
    await hands.press(dialog.getByRole("button", { name: "Ask for a review" }));
    return this.#reviewOf(page, title);
  }

  /** On a row, a cell and a statement. */
  async comment(seat: Seat, review: string): Promise<void> {
    const { page, hands } = seat;
    await this.#toReview(seat, review);
    await this.#say(seat, "users / 3", "Who is that?");
    await this.#say(seat, "users / 2 / name", "Bonn has two of them.");
    await hands.press(page.getByRole("tab", { name: "SQL", exact: true }));
    await this.#say(seat, "statement 1", "In this order?");
  }

  async approve(seat: Seat, review: string): Promise<void> {
    const { page, hands } = seat;
    await this.#toReview(seat, review);
    await hands.press(page.getByRole("button", { name: "Approve" }));
    await hands.press(page.getByRole("dialog").getByRole("button", { name: "Approve" }));
    await page.getByText("1 of 1 approval").waitFor();
  }

  /** Refused until the server's name is typed. */
  async apply({ page, hands }: Seat): Promise<void> {
    await this.#check({ page, hands });
    await page.getByRole("heading", { name: "Undo ready" }).waitFor();
    await hands.press(page.getByRole("button", { name: "Apply 3 changes" }));
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: "Apply 3 changes" });
    expect(await confirm.isDisabled()).toBe(true);
    await hands.write(dialog.getByLabel("Type prod to confirm"), "prod");
    await hands.press(confirm);
    await page.getByText("Applied", { exact: true }).and(page.locator("p")).waitFor();
  }

  async askForUndo({ page, hands }: Seat, title: string): Promise<string> {
    await hands.press(page.getByRole("button", { name: "Undo", exact: true }));
    const dialog = page.getByRole("dialog");
    await hands.write(dialog.getByLabel("Title"), title);
    await hands.press(dialog.getByRole("button", { name: "Ask for a review" }));
    return this.#reviewOf(page, title);
  }

  /** Whatever was approved on the page that is open. */
  async write({ page, hands }: Seat): Promise<void> {
    await this.#check({ page, hands });
    await hands.press(page.getByRole("button", { name: /^Apply/ }));
    const dialog = page.getByRole("dialog");
    await hands.write(dialog.getByLabel("Type prod to confirm"), "prod");
    await hands.press(dialog.getByRole("button", { name: /^Apply/ }));
    await page.getByText("Applied", { exact: true }).and(page.locator("p")).waitFor();
  }

  async seeDriftRefused({ page, hands }: Seat, review: string): Promise<void> {
    await this.#toReview({ page, hands }, review);
    await this.#check({ page, hands });
    await page.getByText("1 row moved since the comparison").waitFor();
    expect(await page.getByRole("button", { name: /^Apply/ }).isDisabled()).toBe(true);
  }

  /** As somebody at the database itself. `%` stands for the tenant. */
  async changeTarget(statement: string): Promise<void> {
    await this.#world.databases["prod"]?.query(statement.replace("%", this.#tenant));
  }

  users(): Promise<string[]> {
    return this.#rows("SELECT concat_ws(' ', id, name, city) AS row FROM %.users ORDER BY id");
  }

  prices(): Promise<string[]> {
    return this.#rows("SELECT concat_ws(' ', sku, price) AS row FROM %.prices ORDER BY sku");
  }

  async comments(review: string): Promise<unknown[]> {
    const { comments } = await this.#world.ask("ann", "GET", `/reviews/${review}`);
    return comments.map(({ body, anchor }: { body: string; anchor: unknown }) => [body, anchor]);
  }

  /** What was applied to the tenant's users, oldest first. */
  async ledger(): Promise<string[]> {
    const { items } = await this.#world.ask("ann", "GET", `/log?target=prod:${this.#tenant}:users`);
    return items
      .map(({ kind, undoState }: { kind: string; undoState: string }) => `${kind} ${undoState}`)
      .reverse();
  }

  async #toReview({ page, hands }: Seat, review: string): Promise<void> {
    if (page.url().includes(review)) return;
    await hands.press(page.getByRole("link", { name: "Reviews" }).first());
    await hands.press(page.locator(`main a[href*="${review}"]`).first());
    await page.waitForURL(new RegExp(review));
  }

  async #say({ page, hands }: Seat, place: string, text: string): Promise<void> {
    await hands.press(page.getByRole("button", { name: `Comment on ${place}`, exact: true }));
    const form = page.getByRole("form", { name: `Comment on ${place}` });
    await hands.write(form.getByRole("textbox"), text);
    await hands.press(form.getByRole("button", { name: "Comment" }));
    await page.getByText(text).waitFor();
  }

  async #check({ page, hands }: Seat): Promise<void> {
    await hands.press(page.getByRole("button", { name: "Check for drift" }));
    await page.getByRole("button", { name: "Check again" }).waitFor();
  }

  async #reviewOf(page: Page, title: string): Promise<string> {
    await page.waitForURL(/\/reviews\/[0-9a-f]{8}-/);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    return ID.exec(page.url())?.[0] ?? "";
  }

  async #rows(text: string): Promise<string[]> {
    const rows = await this.#world.databases["prod"]?.query<{ row: string }>(text.replace("%", this.#tenant));
    return (rows ?? []).map(({ row }) => row);
  }
}
