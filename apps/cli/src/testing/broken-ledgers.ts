/** Ways in which what takes a write back cannot be kept or relied upon; statements that make a ledger so. */
export interface BrokenLedger {
  readonly name: string;
  readonly made: string;
  /** Whether the role of the connection is one without rights on the ledger. */
  readonly guest?: true;
}

export const GUEST = "receipt_guest";

const TRIGGER = (body: string) =>
  `CREATE FUNCTION public.hostile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
   CREATE TRIGGER hostile BEFORE INSERT ON syncline.patch_operation FOR EACH ROW EXECUTE FUNCTION public.hostile()`;

export const BROKEN_LEDGERS: readonly BrokenLedger[] = [
  {
    name: "disabled: no rights on it",
    guest: true,
    made: `DO $$ BEGIN CREATE ROLE ${GUEST} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
      GRANT USAGE ON SCHEMA public TO ${GUEST}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${GUEST}`,
  },
  { name: "failing: a trigger says that the disk is full", made: TRIGGER("RAISE SQLSTATE '53100';") },
  {
    name: "failing: it takes no further entry",
    made: "ALTER SEQUENCE syncline.ledger_position_seq MINVALUE 0 MAXVALUE 1",
  },
  { name: "unverifiable: a trigger drops its rows", made: TRIGGER("RETURN NULL;") },
  {
    name: "unverifiable: a trigger alters its rows",
    made: TRIGGER("NEW.old := NULL; NEW.new := NULL; RETURN NEW;"),
  },
  {
    name: "unverifiable: its values are cut",
    made: "ALTER TABLE syncline.patch_operation ALTER old TYPE name[], ALTER new TYPE name[]",
  },
  { name: "unverifiable: a crash empties it", made: "ALTER TABLE syncline.patch_operation SET UNLOGGED" },
];

/** The same address for a role that may do everything but keep a ledger. */
export function guestUrl(url: string): string {
  const address = new URL(url);
  address.username = GUEST;
  return address.href;
}
