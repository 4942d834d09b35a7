import { styleText } from "node:util";
import type { Step } from "./steps.ts";
import { formatCommand } from "./syncline.ts";

const paint = (format: Parameters<typeof styleText>[0], text: string) =>
  styleText(format, text, { stream: process.stdout, validateStream: true });

export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function title(text: string): void {
  say(paint("bold", text));
}

export function announce(number: number, step: Step): void {
  say();
  say(`${paint(["bold", "cyan"], `${number}. ${step.title}`)}  ${paint("dim", step.text)}`);
  say(`${paint("dim", "$")} ${paint("bold", formatCommand(step.args))}`);
}

export function done(text: string): void {
  say(`${paint("green", "✓")} ${text}`);
}

export function failed(text: string): void {
  say(`${paint("red", "✗")} ${text}`);
}
