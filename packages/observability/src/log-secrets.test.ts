import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createLogger, redactText, redactUrlsIn, serializeError } from "./index.ts";

const CANARY = "c4n4ry-s3cret";

function logged(write: (logger: ReturnType<typeof createLogger>) => void, pretty = false): string {
  const lines: string[] = [];
  write(createLogger({ level: "trace", pretty, destination: { write: (line) => void lines.push(line) } }));
  return lines.join("");
}

/** As drivers throw them: parameters, row values and connection options as own fields. */
function driverError(): Error {
  const cause = Object.assign(new Error(`duplicate key (email)=(${CANARY})`), {
    code: "23505",
    detail: CANARY,
    params: [CANARY],
    where: CANARY,
  });
  return Object.assign(new Error('Cannot write table "users".'), {
    code: "patch.constraint_violated",
    hint: "Look.",
    details: { row: CANARY },
    params: [CANARY],
    cause,
  });
}

describe("G24: secrets never reach a log line", () => {
  const attempts: Record<string, (logger: ReturnType<typeof createLogger>) => void> = {
    "an error as err": (logger) => logger.error({ err: driverError() }, "failed"),
    "an error as error": (logger) => logger.error({ error: driverError() }, "failed"),
    "a bare error": (logger) => logger.error(driverError()),
    "a driver's error": (logger) =>
      logger.error(Object.assign(new Error(`invalid input syntax: "${CANARY}"`), { code: "22P02" })),
    "an error with a url in its message": (logger) =>
      logger.error(new Error(`cannot reach postgres://u:${CANARY}@h/db`)),
    "a password field": (logger) => logger.info({ password: CANARY }),
    "nested options": (logger) => logger.info({ connection: { password: CANARY, sslRootCert: CANARY } }),
    "nested twice": (logger) => logger.info({ server: { connection: { password: CANARY } } }),
    "a message with a URL": (logger) => logger.info(`open postgres://u:${CANARY}@h:1/db?x=1`),
    "a URL whose password is a parameter": (logger) =>
      logger.info(`open postgres://h/db?user=u&password=${CANARY}#public:users`),
    "a message with keywords": (logger) => logger.warn(`host=h password=${CANARY} user=u`),
    "a format argument": (logger) => logger.warn("to %s", `postgresql://u:${CANARY}@h/db`),
    "row values": (logger) => logger.debug({ row: { email: CANARY }, params: [CANARY], old: CANARY }),
    "a child's bindings": (logger) => logger.child({ password: CANARY }).info("x"),
    "a header": (logger) => logger.info({ headers: { authorization: `Bearer ${CANARY}` } }),
  };

  for (const [name, write] of Object.entries(attempts)) {
    it(name, () => {
      for (const pretty of [false, true]) {
        const output = logged(write, pretty);
        expect(output).not.toBe("");
        expect(output).not.toContain(CANARY);
      }
    });
  }

  it("keeps code, message and hint of our errors", () => {
    const line = JSON.parse(logged((logger) => logger.error({ err: driverError() }, "failed"))) as Record<
      string,
      unknown
    >;
    expect(line).toMatchObject({
      level: "error",
      msg: "failed",
      err: {
        code: "patch.constraint_violated",
        message: 'Cannot write table "users".',
        hint: "Look.",
        cause: { code: "23505", message: "(not shown)" },
      },
    });
  });

  it("serialises what is not an error without its content", () => {
    expect(inspect(serializeError(CANARY))).not.toContain(CANARY);
    expect(serializeError(null).message).toBe("a thrown null");
  });
});

describe("redactText", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["postgres://u:pw@h/db", "postgres://u:[redacted]@h/db"],
    ["postgres://u:p@w:x@h/db", "postgres://u:[redacted]@h/db"],
    ["postgres://u@h/db", "postgres://u@h/db"],
    ["/repo/postgres:/u:pw@h/db", "/repo/postgres:/u:[redacted]@h/db"],
    ["password='a b' user=x", "password=[redacted] user=x"],
    ["PGPASSWORD=x", "PGPASSWORD=[redacted]"],
    ["?password=pw&sslmode=require", "?password=[redacted]&sslmode=require"],
    ['{"password": "a\\"b", "x": 1}', '{"password": [redacted], "x": 1}'],
    ["authorization: Bearer abc.def", "authorization: [redacted]"],
    ["nothing to hide", "nothing to hide"],
  ];
  for (const [text, expected] of cases) it(text, () => expect(redactText(text)).toBe(expected));
});

it("definitions are shown without the passwords of their URLs, wherever those stand", () => {
  const places = [`postgres://u:${CANARY}@h/d#public:x`, `postgres://h/d?user=u&password=${CANARY}#public:x`];
  expect(redactUrlsIn({ places, password: "not a URL" })).toEqual({
    places: ["postgres://u:[redacted]@h/d#public:x", "postgres://h/d?user=u&password=[redacted]#public:x"],
    password: "not a URL",
  });
});
