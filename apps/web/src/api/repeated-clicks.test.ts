import { expect, it } from "vitest";
import { RepeatedClicks } from "./repeated-clicks.ts";

const RUN = "POST /jobs/1/run null";

it("takes the same request right after itself for the first one, also when it is sent again later", () => {
  const clicks = new RepeatedClicks();
  expect(clicks.keyFor({ request: RUN, key: "a", at: 0 })).toBe("a");
  expect(clicks.keyFor({ request: RUN, key: "b", at: 300 })).toBe("a");
  expect(clicks.keyFor({ request: RUN, key: "b", at: 9_000 })).toBe("a");
});

it("takes later ones, other ones and those with another between them for what they are", () => {
  const clicks = new RepeatedClicks();
  clicks.keyFor({ request: RUN, key: "a", at: 0 });
  expect(clicks.keyFor({ request: RUN, key: "b", at: 600 })).toBe("b");
  expect(clicks.keyFor({ request: "POST /jobs/2/run null", key: "c", at: 700 })).toBe("c");
  expect(clicks.keyFor({ request: RUN, key: "d", at: 800 })).toBe("d");
  clicks.forget();
  expect(clicks.keyFor({ request: RUN, key: "e", at: 900 })).toBe("e");
});
