import type { Random } from "./random.ts";

/**
 * A small shop: an identity column, a sequence of its own, foreign keys, one to itself, a unique column, a table without
 * a key, one whose key may be NULL.
 * Each change of a row leaves a mark in `audit.firing`, which no patch covers: a row written twice shows there.
 */
export const MODEL_SCHEMA = `
CREATE SCHEMA audit;
CREATE TABLE audit.firing (relation text NOT NULL, op text NOT NULL);
CREATE FUNCTION audit.mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit.firing VALUES (TG_TABLE_NAME, TG_OP);
  RETURN NULL;
END $$;
CREATE TABLE public.customer (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email text UNIQUE,
  balance numeric(12,2) NOT NULL DEFAULT 0,
  note text
);
CREATE SEQUENCE public.purchase_number;
CREATE TABLE public.purchase (
  id bigint PRIMARY KEY DEFAULT nextval('public.purchase_number'),
  customer_id integer NOT NULL REFERENCES public.customer,
  replaces bigint REFERENCES public.purchase,
  total numeric(12,2) NOT NULL,
  state text NOT NULL,
  paid_at timestamp with time zone
);
ALTER SEQUENCE public.purchase_number OWNED BY public.purchase.id;
CREATE TABLE public.purchase_line (
  purchase_id bigint NOT NULL REFERENCES public.purchase,
  line smallint NOT NULL,
  item text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (purchase_id, line)
);
CREATE TABLE public.reading (sensor text NOT NULL, value double precision, taken_at timestamp with time zone);
CREATE TABLE public.coupon (code text UNIQUE, note text NOT NULL);
INSERT INTO public.customer (name, email, balance, note)
  SELECT 'Customer ' || n, 'customer' || n || '@example.org', n * 10, CASE WHEN n % 3 = 0 THEN repeat('note ', n) END
  FROM generate_series(1, 60) n;
INSERT INTO public.purchase (customer_id, replaces, total, state, paid_at)
  SELECT 1 + n % 60, CASE WHEN n % 10 = 0 THEN n - 1 END, n * 1.5, 'open', '2026-01-01Z'::timestamptz + n * interval '1 hour'
  FROM generate_series(1, 150) n;
INSERT INTO public.purchase_line SELECT p, l, 'item ' || l, l FROM generate_series(1, 150) p, generate_series(1, 2) l;
INSERT INTO public.reading SELECT 'sensor ' || n % 5, n % 4, '2026-02-01Z'::timestamptz FROM generate_series(1, 80) n;
INSERT INTO public.coupon SELECT CASE WHEN n % 3 = 0 THEN 'code ' || n END, 'note ' || n % 4 FROM generate_series(1, 24) n;
${["customer", "purchase", "purchase_line", "reading", "coupon"]
  .map(
    (table) =>
      `CREATE TRIGGER mark AFTER INSERT OR UPDATE OR DELETE ON public.${table} FOR EACH ROW EXECUTE FUNCTION audit.mark();`,
  )
  .join("\n")}`;

type Edit = (random: Random) => string;

const text = (random: Random) => `'value ${random.integer(1, 1_000_000)}'`;
const amount = (random: Random) => `${random.integer(1, 100_000)}.${random.integer(10, 99)}`;

const removePurchase = (condition: string) => `
  UPDATE public.purchase SET replaces = NULL WHERE replaces IN (SELECT id FROM public.purchase WHERE ${condition});
  DELETE FROM public.purchase_line WHERE purchase_id IN (SELECT id FROM public.purchase WHERE ${condition});
  DELETE FROM public.purchase WHERE ${condition}`;

const addPurchase: Edit = (random) => `
  WITH parent AS (
    INSERT INTO public.purchase (customer_id, replaces, total, state)
    SELECT (SELECT max(id) FROM public.customer), (SELECT max(id) FROM public.purchase), ${amount(random)}, 'new'
    RETURNING id
  )
  INSERT INTO public.purchase_line SELECT id, l, ${text(random)}, l FROM parent, generate_series(1, ${random.integer(1, 4)}) l`;

/** What may happen to the shop; each leaves it consistent. */
const EDITS: readonly Edit[] = [
  (random) => `UPDATE public.customer SET name = ${text(random)} WHERE id = ${random.integer(1, 60)}`,
  (random) => `UPDATE public.customer SET balance = balance + ${amount(random)}, note = ${text(random)}
    WHERE id BETWEEN ${random.integer(1, 30)} AND ${random.integer(31, 60)}`,
  (random) =>
    `UPDATE public.purchase SET state = 'paid', paid_at = '2026-03-01Z' WHERE id % ${random.integer(2, 9)} = 0`,
  (random) =>
    `UPDATE public.purchase_line SET quantity = quantity + 1 WHERE purchase_id = ${random.integer(1, 150)}`,
  (random) =>
    `INSERT INTO public.customer (name, email) SELECT ${text(random)} || n, NULL FROM generate_series(1, ${random.integer(1, 8)}) n`,
  addPurchase,
  addPurchase,
  (random) => removePurchase(`id = ${random.integer(1, 150)}`),
  (random) => {
    const customer = random.integer(1, 60);
    return `${removePurchase(`customer_id = ${customer}`)}; DELETE FROM public.customer WHERE id = ${customer}`;
  },
  (random) => `DELETE FROM public.reading WHERE ctid IN
    (SELECT ctid FROM public.reading ORDER BY sensor, value, ctid LIMIT ${random.integer(1, 6)})`,
  (
    random,
  ) => `INSERT INTO public.reading SELECT 'sensor ${random.integer(0, 6)}', ${random.integer(0, 4)}, '2026-02-01Z'
    FROM generate_series(1, ${random.integer(1, 5)})`,
  (random) =>
    `INSERT INTO public.coupon SELECT NULL, 'note ${random.integer(0, 5)}' FROM generate_series(1, ${random.integer(1, 3)})`,
  (random) => `DELETE FROM public.coupon WHERE ctid IN
    (SELECT ctid FROM public.coupon WHERE code IS NULL ORDER BY note, ctid LIMIT ${random.integer(1, 3)})`,
  (random) =>
    `UPDATE public.coupon SET note = ${text(random)} WHERE code = 'code ${3 * random.integer(1, 8)}'`,
];

/** Statements that change the shop at random. */
export function randomEdits(random: Random): string {
  return Array.from({ length: random.integer(4, 16) }, () => random.pick(EDITS)(random)).join(";\n");
}
