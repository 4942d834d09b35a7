import { ERROR_CODES } from "@syncline/core";
import { EXIT_CODES, EXIT_REASONS } from "../exit-codes.ts";

/** The table of exit codes as one Markdown page. */
export function formatExitCodeReference(): string {
  return `# Exit codes

<!-- Generated from apps/cli/src/exit-codes.ts by \`pnpm docs:reference\`. -->

Scripts may rely on these numbers and on the error codes; neither changes its meaning after release.
\`diff\` ends with 0 whether or not there are differences, unless \`--exit-code\` is given. A comparison that a limit cut short
ends with 3. \`--strategy ours\` that skipped rows ends with 0 and prints their number.

| Exit code | Meaning | Error codes |
|---|---|---|
${Object.entries(EXIT_CODES)
  .map(([reason, { code, meaning }]) => `| ${code} | ${meaning} | ${errorCodes(reason)} |`)
  .join("\n")}

With \`--json\` an error is one JSON document on stderr:

\`\`\`json
{"error":{"code":"server.not_found","message":"…","hint":"…","details":{},"exit_code":10}}
\`\`\`
`;
}

function errorCodes(reason: string): string {
  return ERROR_CODES.filter((code) => EXIT_REASONS[code] === reason)
    .map((code) => `\`${code}\``)
    .join(" ");
}
