CREATE FUNCTION "syncline_control"."audit_field"("value" text) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
	SELECT CASE WHEN value IS NULL THEN '-,' ELSE octet_length(convert_to(value, 'UTF8'))::text || ':' || value || ',' END
$$;--> statement-breakpoint
CREATE FUNCTION "syncline_control"."audit_hash"("entry" "syncline_control"."audit_entries", "previous" text) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT encode(sha256(convert_to(
		syncline_control.audit_field('syncline audit entry 1')
		|| syncline_control.audit_field(entry.seq::text)
		|| syncline_control.audit_field(entry.id::text)
		|| syncline_control.audit_field(entry.organization_id::text)
		|| syncline_control.audit_field(entry.project_id::text)
		|| syncline_control.audit_field(entry.actor)
		|| syncline_control.audit_field(entry.user_id::text)
		|| syncline_control.audit_field(entry.action)
		|| syncline_control.audit_field(entry.subject_kind)
		|| syncline_control.audit_field(entry.subject_id)
		|| syncline_control.audit_field(entry.detail::text)
		|| syncline_control.audit_field(entry.request_id)
		|| syncline_control.audit_field(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
		|| syncline_control.audit_field(previous), 'UTF8')), 'hex')
$$;--> statement-breakpoint
CREATE FUNCTION "syncline_control"."chain_old_audit_entries"() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	entry syncline_control.audit_entries;
	head syncline_control.audit_heads;
BEGIN
	FOR entry IN SELECT * FROM syncline_control.audit_entries WHERE seq IS NULL ORDER BY organization_id, id LOOP
		IF head.organization_id IS DISTINCT FROM entry.organization_id THEN
			SELECT * INTO head FROM syncline_control.audit_heads WHERE organization_id = entry.organization_id;
			IF NOT FOUND THEN
				head := ROW(entry.organization_id, 0, repeat('0', 64))::syncline_control.audit_heads;
			END IF;
		END IF;
		entry.seq := head.seq + 1;
		entry.hash := syncline_control.audit_hash(entry, head.hash);
		head.seq := entry.seq;
		head.hash := entry.hash;
		UPDATE syncline_control.audit_entries SET seq = entry.seq, hash = entry.hash WHERE id = entry.id;
		INSERT INTO syncline_control.audit_heads (organization_id, seq, hash) VALUES (head.organization_id, head.seq, head.hash)
			ON CONFLICT (organization_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
	END LOOP;
END
$$;--> statement-breakpoint
SELECT "syncline_control"."chain_old_audit_entries"();--> statement-breakpoint
CREATE FUNCTION "syncline_control"."chain_audit_entry"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	head_seq bigint;
	head_hash text;
BEGIN
	SELECT seq, hash INTO head_seq, head_hash FROM syncline_control.audit_heads WHERE organization_id = NEW.organization_id FOR UPDATE;
	IF NOT FOUND THEN
		INSERT INTO syncline_control.audit_heads (organization_id, seq, hash) VALUES (NEW.organization_id, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
		SELECT seq, hash INTO STRICT head_seq, head_hash FROM syncline_control.audit_heads WHERE organization_id = NEW.organization_id FOR UPDATE;
	END IF;
	NEW.seq := head_seq + 1;
	NEW.at := date_trunc('milliseconds', clock_timestamp());
	NEW.hash := syncline_control.audit_hash(NEW, head_hash);
	UPDATE syncline_control.audit_heads SET seq = NEW.seq, hash = NEW.hash WHERE organization_id = NEW.organization_id;
	RETURN NEW;
END
$$;--> statement-breakpoint
CREATE FUNCTION "syncline_control"."refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE EXCEPTION '% of % is refused: it is only added to', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_chain" BEFORE INSERT ON "syncline_control"."audit_entries" FOR EACH ROW EXECUTE FUNCTION "syncline_control"."chain_audit_entry"();--> statement-breakpoint
SELECT "syncline_control"."chain_old_audit_entries"();--> statement-breakpoint
DROP FUNCTION "syncline_control"."chain_old_audit_entries"();--> statement-breakpoint
CREATE TRIGGER "audit_unchanged" BEFORE UPDATE OR DELETE ON "syncline_control"."audit_entries" FOR EACH ROW EXECUTE FUNCTION "syncline_control"."refuse_audit_change"();--> statement-breakpoint
CREATE TRIGGER "audit_kept" BEFORE TRUNCATE ON "syncline_control"."audit_entries" FOR EACH STATEMENT EXECUTE FUNCTION "syncline_control"."refuse_audit_change"();--> statement-breakpoint
CREATE TRIGGER "audit_unchanged" BEFORE UPDATE OR DELETE ON "syncline_control"."audit_checkpoints" FOR EACH ROW EXECUTE FUNCTION "syncline_control"."refuse_audit_change"();--> statement-breakpoint
CREATE TRIGGER "audit_kept" BEFORE TRUNCATE ON "syncline_control"."audit_checkpoints" FOR EACH STATEMENT EXECUTE FUNCTION "syncline_control"."refuse_audit_change"();--> statement-breakpoint
REVOKE ALL ON FUNCTION "syncline_control"."chain_audit_entry"() FROM PUBLIC;--> statement-breakpoint
REVOKE ALL ON TABLE "syncline_control"."audit_heads" FROM PUBLIC;
