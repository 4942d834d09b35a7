import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from "vitest/node";
import { CLOSING_LINE_FILE, closingLine, type TestCounts } from "./closing-line.ts";

/** Counts what failed beside tests too: hooks, imports and errors after the end. Prints when the process exits. */
export class ClosingLineReporter implements Reporter {
  #counts: TestCounts | undefined;

  onInit(): void {
    process.on("exit", () => {
      if (this.#counts === undefined) return;
      const line = `${closingLine(this.#counts)}\n`;
      const file = process.env[CLOSING_LINE_FILE];
      if (file === undefined) process.stdout.write(line);
      else writeFileSync(file, line);
    });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const total = modules
      .map(countModule)
      .reduce(add, { passed: 0, failed: unhandledErrors.length, skipped: 0 });
    this.#counts = reason !== "passed" && total.failed === 0 ? { ...total, failed: 1 } : total;
  }
}

function countModule(module: TestModule): TestCounts {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const count = (state: string) => states.filter((each) => each === state).length;
  const brokenSuites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
  const brokenModule = module.errors().length > 0 ? 1 : 0;
  return {
    passed: count("passed"),
    failed: count("failed") + brokenSuites + brokenModule,
    skipped: count("skipped"),
  };
}

function add(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
