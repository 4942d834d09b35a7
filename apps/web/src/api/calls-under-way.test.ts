import { expect, it } from "vitest";
import { CallsUnderWay } from "./calls-under-way.ts";

it("sends what is asked for twice at once one time, and answers both", async () => {
  const calls = new CallsUnderWay();
  let sent = 0;
  const send = async () => Response.json({ id: ++sent });
  const answers = await Promise.all([calls.once("a", send), calls.once("a", send), calls.once("b", send)]);
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
    { id: 1 },
    { id: 1 },
    { id: 2 },
  ]);
  expect(await (await calls.once("a", send)).json()).toEqual({ id: 3 });
});

it("tells both when it failed, and sends it again when it is asked for again", async () => {
  const calls = new CallsUnderWay();
  const fail = () => Promise.reject(new TypeError("away"));
  const both = await Promise.allSettled([calls.once("a", fail), calls.once("a", fail)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await calls.once("a", async () => Response.json(1))).status).toBe(200);
});
