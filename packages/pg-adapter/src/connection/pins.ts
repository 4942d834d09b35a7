/** Session settings that hold while rows are read, cast and compared; they make text and binary forms agree. */
export const PINS: Readonly<Record<string, string>> = {
  TimeZone: "UTC",
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  client_encoding: "UTF8",
  lc_monetary: "C",
  xmloption: "content",
  quote_all_identifiers: "off",
  array_nulls: "on",
  standard_conforming_strings: "on",
  search_path: "",
  jit: "off",
  row_security: "off",
};

const TIMEOUTS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];

/** One statement list that pins the current transaction; `transaction_timeout` exists from version 17. */
export function pinStatements(serverVersionNumber: number): string {
  const timeouts = serverVersionNumber >= 170000 ? [...TIMEOUTS, "transaction_timeout"] : TIMEOUTS;
  const pins = Object.entries(PINS).map(([name, value]) => `SET LOCAL ${name} = '${value}'`);
  return [...pins, ...timeouts.map((name) => `SET LOCAL ${name} = 0`)].join(";");
}
