import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Null where no Chromium is installed. */
export const CHROMIUM_PATH: string | null =
  [process.env.CHROMIUM_PATH, ownChromium(), "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
    (path): path is string => path !== undefined && existsSync(path),
  ) ?? null;

export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(CHROMIUM_PATH === null ? {} : { executablePath: CHROMIUM_PATH }),
    args: [...ARGUMENTS, ...args],
  });
}

/** The one that Playwright downloads. */
function ownChromium(): string | undefined {
  try {
    return chromium.executablePath();
  } catch {
    return undefined;
  }
}

/** What a page must never do: collected over all pages of a context. */
export class Complaints {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  watch(context: BrowserContext): void {
    context.on("page", (page) => this.#watchPage(page));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== this.#origin)
        this.#found.push(`a request to ${url.origin}${url.pathname}`);
    });
  }

  /** Network errors that a test brings about are told by the browser itself as console errors. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  /** Empties what was collected. */
  take(): string[] {
    const found = this.#found.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
    this.#found.length = 0;
    this.#expected.length = 0;
    return found;
  }

  #watchPage(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error" || /Content[- ]Security[- ]Policy/i.test(message.text()))
        this.#found.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#found.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("dialog", (dialog) => {
      this.#found.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }
}
