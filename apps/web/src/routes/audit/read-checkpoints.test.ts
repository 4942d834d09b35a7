import { expect, it } from "vitest";
import { readCheckpoints } from "./read-checkpoints.ts";

const one = { statement: "{}", publicKey: "ed25519:x", signature: "y" };

it("reads what the page and the command line write, and nothing else", () => {
  expect(readCheckpoints(JSON.stringify({ checkpoints: [{ ...one, seq: 1, hash: "h" }] }))).toEqual([one]);
  expect(readCheckpoints(JSON.stringify([one, one]))).toHaveLength(2);
  for (const text of ["", "{}", "[]", "nothing", '{"checkpoints": [{"seq": 1}]}'])
    expect(readCheckpoints(text), text).toBeNull();
});
