import type { DemoWorld } from "./world.ts";

/** Rows that two sides changed differently: of a pair in step, of a merge, and of a patch whose target moved. */
export async function fillConflicts(world: DemoWorld): Promise<void> {
  const { dina } = world.people;
  await world.run(dina, "offices");
  await world.edit("offices", OFFICE_EDITS);
  await world.run(dina, "offices");
  await world.edit("offices", AGREED_ELSEWHERE);
  await world.createJob(dina, {
    name: "merge-visits",
    description: "What both offices planned since they last agreed",
    kind: "merge",
    source: "offices:paris:visits",
    target: "offices:berlin:visits",
    base: "offices:agreed:visits",
    dryRun: false,
  });
  await world.run(dina, "merge-visits");
  await applyOntoMovedRows(world);
}

const OFFICE_EDITS = `
UPDATE berlin.customers SET city = 'Potsdam', updated_at = '2026-03-02 10:00+00' WHERE id = 1;
UPDATE paris.customers SET name = 'Customer One', updated_at = '2026-03-02 11:00+00' WHERE id = 1;
UPDATE berlin.customers SET name = 'Anna Berg', phone = NULL, updated_at = '2026-03-03 08:00+00' WHERE id = 2;
UPDATE paris.customers SET name = 'Hannah Berg', updated_at = '2026-03-03 08:05+00' WHERE id = 2;
UPDATE berlin.customers SET discount = discount + 5, updated_at = '2026-03-03 12:00+00' WHERE id BETWEEN 10 AND 19;
UPDATE paris.customers SET discount = discount + 2.5, updated_at = '2026-03-04 09:00+00' WHERE id BETWEEN 10 AND 19;
UPDATE berlin.customers SET phone = '+49 30 ' || id || ' 00', updated_at = '2026-03-05 09:00+00' WHERE id BETWEEN 30 AND 35;
UPDATE paris.customers SET phone = '+33 1 ' || id || ' 99', city = 'Paris', updated_at = '2026-03-05 07:00+00' WHERE id BETWEEN 30 AND 35;
DELETE FROM berlin.visits WHERE id IN (101, 102);
UPDATE paris.visits SET topic = 'Moved to April' WHERE id IN (101, 102);
INSERT INTO berlin.customers VALUES (500, 'Fjord & Söhne', 'Berlin', NULL, 0, '2026-03-06 09:00+00');
INSERT INTO paris.customers VALUES (500, 'Café Fjord', 'Paris', '+33 1 500', 1.5, '2026-03-06 09:30+00');
INSERT INTO paris.customers VALUES (501, 'Nouveau client', 'Lyon', NULL, 0, '2026-03-06 10:00+00');
`;

const AGREED_ELSEWHERE = `
UPDATE berlin.visits SET topic = 'Contract', day = day + 1 WHERE id BETWEEN 201 AND 206;
UPDATE paris.visits SET topic = 'Prices' WHERE id BETWEEN 201 AND 206;
`;

async function applyOntoMovedRows(world: DemoWorld): Promise<void> {
  const { dina } = world.people;
  const places = { source: "finance:public:tax_rates", target: "finance-draft:public:tax_rates" };
  const patch = await world.makePatch(dina, places);
  await world.edit("finance_draft", "UPDATE tax_rates SET rate = rate + 0.5 WHERE country IN ('GB', 'IE')");
  await world.createJob(dina, {
    name: "books-to-draft",
    description: "Back to the tax rates of the books; two of them were edited since the patch was made",
    kind: "apply",
    patch,
    target: places.target,
  });
  await world.run(dina, "books-to-draft");
}
