import { splitConnectionUrl } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { NO_PIECES, problemOfName, problemOfUrl, problemsOfPieces, urlOfPieces } from "./connection-url.ts";

const pieces = { ...NO_PIECES, host: "db.example.com", database: "shop", user: "app" };

describe("the URL of pieces", () => {
  it("says what was typed, with every special character kept", () => {
    const typed = { ...pieces, user: "a@b", password: "p:/?#[]@ %é", database: "my shop" };
    const url = urlOfPieces(typed);
    expect(problemOfUrl(url)).toBeNull();
    const parts = splitConnectionUrl(url);
    expect(decodeURIComponent(parts?.user ?? "")).toBe(typed.user);
    expect(decodeURIComponent(parts?.password ?? "")).toBe(typed.password);
    expect(decodeURIComponent(parts?.database ?? "")).toBe(typed.database);
    expect(parts?.port).toBe("5432");
  });

  it("names TLS only where it is not the default, and no empty password", () => {
    expect(urlOfPieces(pieces)).toBe("postgres://app@db.example.com:5432/shop");
    expect(urlOfPieces({ ...pieces, sslMode: "require" })).toMatch(/\?sslmode=require$/);
    expect(urlOfPieces({ ...pieces, host: "::1", port: "" })).toBe("postgres://app@[::1]:5432/shop");
  });
});

describe("faults", () => {
  it("of pieces are told by piece", () => {
    expect(problemsOfPieces(pieces)).toEqual({});
    expect(Object.keys(problemsOfPieces({ ...NO_PIECES, port: "99999" }))).toEqual([
      "host",
      "port",
      "database",
      "user",
    ]);
    expect(problemsOfPieces({ ...pieces, host: "postgres://x" })).toHaveProperty("host");
  });

  it("of a URL quote nothing of it", () => {
    for (const url of [
      "",
      "nothing",
      "mysql://u:secret@h/d",
      "postgres://h/d",
      "postgres://u:a#secret@h/d",
    ]) {
      const problem = problemOfUrl(url);
      expect(problem, url).not.toBeNull();
      expect(problem).not.toContain("secret");
    }
    expect(problemOfUrl(" postgresql://u:p@h:5433/d?sslmode=require ")).toBeNull();
  });

  it("of a name", () => {
    expect(problemOfName("prod-eu_1")).toBeNull();
    for (const name of ["", "Prod", "-a", "a b", "a".repeat(64)])
      expect(problemOfName(name), name).not.toBeNull();
    expect(problemOfName("prod", ["prod"])).toContain("already");
  });
});
