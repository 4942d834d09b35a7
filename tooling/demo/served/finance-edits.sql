INSERT INTO tax_rates VALUES ('FR', '2026-07-01', 20.5), ('IE', '2021-03-01', 23);
UPDATE tax_rates SET rate = 21 WHERE country = 'GB';
UPDATE accounts SET closed = true WHERE number IN (1100, 1250);
UPDATE postings SET text = text || ' (corrected)', amount = amount + 0.10 WHERE id % 400 = 3;
DELETE FROM postings WHERE id % 900 = 1;
