SET search_path = lab;

-- What can hardly be told apart: NULL, nothing, blanks, tabs, ends of lines.
UPDATE messages SET subject = NULL WHERE id IN (3, 4);
UPDATE messages SET subject = '' WHERE id IN (5, 6);
UPDATE messages SET subject = subject || '  ' WHERE id BETWEEN 7 AND 12;
UPDATE messages SET subject = E'\t' || subject WHERE id = 13;
UPDATE messages SET body = replace(body, E'\n', E'\r\n') WHERE id BETWEEN 14 AND 18;
UPDATE messages SET author = NULL, amount = NULL, seen_at = NULL WHERE id BETWEEN 19 AND 22;

-- Other ways to write, and what is no letter at all.
UPDATE messages SET author = 'نور الهدى', subject = 'مرحبا بالعالم', body = E'هذا نص يُقرأ من اليمين إلى اليسار.\nSKU-00107 وبعده أرقام 12345.' WHERE id = 23;
UPDATE messages SET author = 'שירה לוי', subject = 'שלום עולם (v2.0)' WHERE id = 24;
UPDATE messages SET author = '山田 花子', subject = '春の新商品のお知らせ' WHERE id = 25;
UPDATE messages SET subject = '👩‍👩‍👧‍👦 family 🏳️‍🌈 flag 🇮🇪 and e' || U&'\0301' || ' beside é' WHERE id = 26;
UPDATE messages SET subject = 'zero' || U&'\200B' || 'width and' || U&'\00A0' || 'no-break' WHERE id = 27;
UPDATE messages SET subject = 'right' || U&'\202E' || 'tfel-ot' WHERE id = 28;

-- What must stay text.
UPDATE messages SET subject = '<img src=x onerror=alert(1)>', body = '<script>document.title = "owned"</script>' WHERE id = 29;
UPDATE messages SET author = '"><svg onload=alert(2)>', subject = 'javascript:alert(3)' WHERE id = 30;
UPDATE messages SET payload = '{"html": "<iframe srcdoc=\"<script>parent.alert(4)</script>\"></iframe>", "__proto__": {"polluted": true}}' WHERE id = 31;
UPDATE messages SET subject = ''' OR 1=1; DROP TABLE messages; --' WHERE id = 32;

-- Documents in cells, numbers with many digits, times that are nearly the same.
UPDATE messages SET payload = payload || '{"reader": {"language": "de", "beta": true}, "added": [1, 2, {"deep": null}]}' WHERE id BETWEEN 40 AND 60;
UPDATE messages SET amount = 12345678901234567890.123456789012345678 WHERE id = 61;
UPDATE messages SET amount = amount + 0.0001 WHERE id BETWEEN 62 AND 70;
UPDATE messages SET seen_at = seen_at + interval '1 microsecond' WHERE id BETWEEN 71 AND 80;
UPDATE messages SET tags = tags || '{urgent,"with, comma"}' WHERE id BETWEEN 81 AND 90;
UPDATE messages SET author = upper(author), subject = subject || ' (edited)', body = body || E'\nA third line.', amount = amount * 2 WHERE id BETWEEN 100 AND 130;
DELETE FROM messages WHERE id BETWEEN 390 AND 400;
INSERT INTO messages SELECT n, 'Newcomer', 'Welcome ' || n, 'First letter.', '{}', '{}', n, timestamptz '2026-03-01 09:00+00' FROM generate_series(401, 420) AS n;

UPDATE documents SET content = replace(content, 'Paragraph 7 of', 'Paragraph seven of') WHERE id < 9;
UPDATE documents SET content = overlay(content PLACING 'HERE' FROM 1000000) WHERE id = 9;
UPDATE readings SET celsius = celsius + 1e-9 WHERE sensor = 'S1';
UPDATE readings SET humidity = humidity + 0.0001 WHERE sensor = 'S2' AND taken_at < '2026-03-03';
UPDATE readings SET quality = 'NaN' WHERE sensor = 'S3' AND taken_at < '2026-03-02';
INSERT INTO events SELECT 'login', 'Note 3' FROM generate_series(1, 4);
DELETE FROM events WHERE ctid IN (SELECT ctid FROM events WHERE note = 'Note 7' LIMIT 3);
UPDATE flags SET enabled = true WHERE name = 'new-checkout';
ALTER TABLE moved_columns DROP CONSTRAINT moved_columns_pkey;
ALTER TABLE moved_columns ALTER COLUMN id TYPE text;
ALTER TABLE moved_columns ADD PRIMARY KEY (id);
CREATE TABLE only_here (id integer PRIMARY KEY, note text);
INSERT INTO only_here VALUES (1, 'This table is not in production yet.');
UPDATE "<b>odd</b> ""name""" SET "<img src=x onerror=alert(1)>" = '${alert(5)}', "with space" = NULL WHERE id IN (2, 3);
UPDATE wide SET c001 = 'first', c150 = 'middle', c299 = 'last' WHERE id % 3 = 0;
