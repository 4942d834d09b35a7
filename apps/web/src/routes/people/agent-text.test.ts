import { expect, it } from "vitest";
import { agentText } from "./agent-text.ts";

it("names browser and system, and leaves programs as they are", () => {
  const edge =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
  const iphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
  expect(agentText(edge)).toBe("Edge on Windows");
  expect(agentText(iphone)).toBe("Safari on iOS");
  expect(agentText("curl/8.9")).toBe("curl/8.9");
  expect(agentText(null)).toBe("unknown");
});
