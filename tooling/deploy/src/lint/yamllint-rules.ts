/** yamllint's defaults with lines as long as ours and small maps in one line. */
export function yamllintRules(): string {
  return JSON.stringify({
    extends: "default",
    rules: {
      "line-length": { max: 140 },
      "document-start": "disable",
      braces: { "max-spaces-inside": 1 },
    },
  });
}
