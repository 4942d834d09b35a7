/** One column of the type zoo: an SQL type and literals of it that are hard to carry; each differs from the others. */
export interface ZooColumn {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly string[];
}

/**
 * Types and collations of the zoo's own, made in the schema that the search path names first. Two transactions: a new
 * label of an enum cannot be used in the one that adds it.
 */
export const ZOO_TYPES: readonly string[] = [
  "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'with ''quote', 'a,b')",
  "ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad'",
  `
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN named_pair AS pair;
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
];

const column = (name: string, type: string, ...samples: string[]): ZooColumn => ({ name, type, samples });

/** More than sixty types, each with infinities, empty values, odd spellings and bounds where it has them. */
export const TYPE_ZOO: readonly ZooColumn[] = [
  column("c_bool", "boolean", "true", "false"),
  column("c_int2", "smallint", "-32768", "32767", "0"),
  column("c_int4", "integer", "-2147483648", "2147483647", "0"),
  column("c_int8", "bigint", "-9223372036854775808", "9223372036854775807", "4294967297", "9007199254740993"),
  column("c_oid", "oid", "0", "4294967295"),
  column("c_xid8", "xid8", "'1'", "'18446744073709551615'"),
  column(
    "c_numeric",
    "numeric",
    "1.0",
    "1.00",
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    "('1' || repeat('0', 999) || '.5')",
    "-0.000",
  ),
  column("c_numeric_2", "numeric(12,2)", "1.10", "-0.01", "9999999999.99"),
  column("c_float4", "real", "'-0'", "0", "'NaN'", "'Infinity'", "1.1754944e-38", "0.1"),
  column("c_float8", "double precision", "'-0'", "0", "'NaN'", "'-Infinity'", "5e-324", "0.1", "1e300"),
  column("c_money", "money", "'1234.56'", "'-0.01'"),
  column(
    "c_text",
    "text",
    "''",
    "'NULL'",
    "'<null>'",
    "'a|b'",
    "E'tab\\tnew\\nline'",
    "E'\\\\N'",
    "'ünïcödé 🐘'",
    "repeat('x', 100000)",
  ),
  column("c_varchar", "varchar(20)", "''", "'trailing  '", "' leading'"),
  column("c_char", "char(8)", "'ab'", "''", "'ab c'"),
  column("c_char1", '"char"', "'a'", "'\\001'"),
  column("c_name", "name", "'a_name'", "''"),
  column("c_ci", "text COLLATE ci", "'Ab'", "'AB'"),
  column("c_bytea", "bytea", "'\\x'", "'\\x00ff5c27'", "decode(repeat('ab', 5000), 'hex')"),
  column("c_date", "date", "'2024-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"),
  column("c_time", "time", "'00:00'", "'24:00'", "'23:59:59.999999'"),
  column("c_time_3", "time(3)", "'12:00:00.123'"),
  column("c_timetz", "timetz", "'12:00+05:30'", "'06:30+00'"),
  column(
    "c_timestamp",
    "timestamp",
    "'2024-02-29 12:00:00.000001'",
    "'infinity'",
    "'4713-01-01 00:00:00 BC'",
    "'294276-12-31 23:59:59.999999'",
  ),
  column(
    "c_timestamptz",
    "timestamptz",
    "'2024-03-31 02:30:00+01'",
    "'-infinity'",
    "'0001-12-31 23:00:00 BC'",
  ),
  column(
    "c_interval",
    "interval",
    "'1 mon'",
    "'30 days'",
    "'720 hours'",
    "'-1 year 2 days -03:00:00.5'",
    "'0'",
  ),
  column(
    "c_uuid",
    "uuid",
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
  ),
  column("c_json", "json", "'{\"a\":1}'", "'{\"a\": 1}'", '\'{"a":1,"a":2}\'', "'null'", "'1.0'"),
  column(
    "c_jsonb",
    "jsonb",
    "'{\"a\":1}'",
    "'null'",
    "'1.0'",
    "'1.00'",
    "'[]'",
    "'\"\\u00e9\"'",
    "'12345678901234567890.123'",
  ),
  column("c_jsonpath", "jsonpath", "'$.a[*] ? (@ > 1)'", "'strict $'"),
  column("c_xml", "xml", "'<a/>'", "'<a></a>'", "'<?xml version=\"1.0\"?><b>1</b>'"),
  column("c_inet", "inet", "'192.168.0.1'", "'192.168.0.1/24'", "'::1'"),
  column("c_cidr", "cidr", "'10.0.0.0/8'", "'2001:db8::/32'"),
  column("c_macaddr", "macaddr", "'08:00:2b:01:02:03'"),
  column("c_macaddr8", "macaddr8", "'08:00:2b:01:02:03:04:05'"),
  column("c_bit", "bit(5)", "B'10101'", "B'00000'"),
  column("c_varbit", "varbit", "B''", "B'1'", "B'01'"),
  column("c_point", "point", "'(1,2)'", "'(-0,0)'", "'(Infinity,NaN)'"),
  column("c_line", "line", "'{1,-1,0}'"),
  column("c_lseg", "lseg", "'[(0,0),(1,1)]'"),
  column("c_box", "box", "'(2,2),(0,0)'"),
  column("c_path", "path", "'[(0,0),(1,1)]'", "'((0,0),(1,1))'"),
  column("c_polygon", "polygon", "'((0,0),(1,1),(2,0))'"),
  column("c_circle", "circle", "'<(0,0),5>'"),
  column("c_tsvector", "tsvector", "'a:1A b:2,3'", "''"),
  column("c_tsquery", "tsquery", "'a & !b | c:*'", "''"),
  column("c_pg_lsn", "pg_lsn", "'0/0'", "'FFFFFFFF/FFFFFFFF'"),
  column("c_txid", "txid_snapshot", "'10:20:10,14,15'"),
  column("c_tid", "tid", "'(0,1)'", "'(4294967295,65535)'"),
  column("c_int4range", "int4range", "'empty'", "'[1,5)'", "'(,)'", "'[1,)'"),
  column("c_int8range", "int8range", "'[1,9223372036854775807)'"),
  column("c_numrange", "numrange", "'[1.0,2.00]'", "'(1.0,2.00)'"),
  column("c_tsrange", "tsrange", "'[2024-01-01,infinity)'"),
  column("c_tstzrange", "tstzrange", "'(,2024-01-01 00:00+00]'"),
  column("c_daterange", "daterange", "'[-infinity,infinity]'", "'[2024-01-01,2024-02-01)'"),
  column("c_floatrange", "float_range", "'[-0,1)'", "'empty'"),
  column("c_int4multi", "int4multirange", "'{}'", "'{[1,2),[5,9)}'"),
  column("c_datemulti", "datemultirange", "'{[2024-01-01,2024-02-01)}'"),
  column("c_int_array", "integer[]", "'{}'", "'{1,NULL,3}'", "'[0:2]={1,2,3}'", "'{{1,2},{3,4}}'"),
  column("c_text_array", "text[]", "'{}'", "ARRAY['', 'NULL', NULL, 'a,b', 'q\"uote', 'back\\slash']"),
  column("c_numeric_array", "numeric[]", "'{1.0,1.00,NaN}'"),
  column("c_jsonb_array", "jsonb[]", "ARRAY['{\"a\":[1,2]}'::jsonb, NULL]"),
  column("c_bytea_array", "bytea[]", "ARRAY['\\x00'::bytea, '\\xff'::bytea]"),
  column("c_timestamptz_array", "timestamptz[]", "'{infinity,\"2024-01-01 00:00:00+00\"}'"),
  column("c_mood", "mood", "'sad'", "'first'", "'with ''quote'"),
  column("c_mood_array", "mood[]", "'{sad,\"a,b\",NULL}'"),
  column("c_positive", "positive", "1", "2147483647"),
  column("c_email", "email", "'a@b'"),
  column("c_email_array", "email[]", "'{a@b,c@d}'"),
  column("c_pair", "pair", "'(1,\"x,y\")'", "'(,)'", "'(,\"\")'"),
  column("c_named_pair", "named_pair", "'(2,z)'"),
  column("c_pair_array", "pair[]", "ARRAY[ROW(1, 'a')::pair, NULL]"),
  column("c_regclass", "regclass", "'pg_class'::regclass"),
  column("c_regtype", "regtype", "'integer'::regtype"),
  column("c_role", "regrole", "'pg_monitor'::regrole"),
  column("c_refcursor", "refcursor", "'a cursor'"),
];

/** Statements that make the zoo: one row a sample index, and a row of NULLs, in a table of the given name. */
export function zooStatements(table: string): string {
  const columns = TYPE_ZOO.map(({ name, type }) => `${name} ${type}`).join(",\n  ");
  const rows = Math.max(...TYPE_ZOO.map(({ samples }) => samples.length));
  const values = Array.from({ length: rows }, (_, row) =>
    zooRow(row + 1, (samples) => samples[row % samples.length]),
  );
  values.push(zooRow(rows + 1, () => undefined));
  return `CREATE TABLE ${table} (id integer PRIMARY KEY,\n  ${columns}\n);\nINSERT INTO ${table} VALUES\n${values.join(",\n")};`;
}

function zooRow(id: number, pick: (samples: readonly string[]) => string | undefined): string {
  const literals = TYPE_ZOO.map(({ samples, type }) => {
    const literal = pick(samples);
    return literal === undefined ? "NULL" : `(${literal})::${type.replace(/ COLLATE .*/, "")}`;
  });
  return `(${id}, ${literals.join(", ")})`;
}
