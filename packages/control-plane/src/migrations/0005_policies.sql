-- each statement apart
CREATE OR REPLACE FUNCTION "syncline_control"."secure_table"("secured" regclass, "of_tenant" text, "of_service" text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owned_by name := CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = secured AND attname = 'organization_id') THEN 'organization_id' ELSE 'id' END;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = secured AND polname = 'tenant') THEN
		EXECUTE format('CREATE POLICY tenant ON %s TO syncline_tenant USING (%I = nullif(current_setting(''syncline.organization'', true), '''')::uuid)', secured, owned_by);
	END IF;
	IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = secured AND polname = 'service') THEN
		EXECUTE format('CREATE POLICY service ON %s TO syncline_service USING (current_user = ''syncline_service'')', secured);
	END IF;
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', secured);
	EXECUTE format('GRANT %s ON %s TO syncline_tenant', of_tenant, secured);
	EXECUTE format('GRANT %s ON %s TO syncline_service', of_service, secured);
END
$$;--> statement-breakpoint
CREATE OR REPLACE PROCEDURE "syncline_control"."lift_row_security"() LANGUAGE plpgsql AS $$
DECLARE
	secured regclass;
BEGIN
	UPDATE syncline_control.identity SET row_security_lifted_at = now();
	COMMIT;
	FOR secured IN SELECT oid FROM pg_class WHERE relnamespace = 'syncline_control'::regnamespace AND relforcerowsecurity LOOP
		FOR tries IN 1..100 LOOP
			PERFORM set_config('lock_timeout', '500ms', true);
			BEGIN
				EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', secured);
				EXIT;
			EXCEPTION WHEN lock_not_available THEN
				IF tries = 100 THEN
					RAISE;
				END IF;
			END;
			COMMIT;
			PERFORM pg_sleep(0.1);
		END LOOP;
		COMMIT;
	END LOOP;
END
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION "syncline_control"."secure_table"(regclass, text, text) FROM PUBLIC;--> statement-breakpoint
REVOKE ALL ON PROCEDURE "syncline_control"."lift_row_security"() FROM PUBLIC;--> statement-breakpoint
GRANT USAGE ON SCHEMA "syncline_control" TO syncline_tenant, syncline_service;--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."organizations"', 'SELECT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."projects"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."environments"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."servers"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."jobs"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."schedules"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."schedule_slots"', 'SELECT', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."runs"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."attempts"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."work_units"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."target_locks"', 'SELECT, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."snapshot_holders"', 'SELECT, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."patches"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."pairs"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."conflicts"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."resolutions"', 'SELECT, INSERT', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."webhooks"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."deliveries"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."events"', 'SELECT, INSERT', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."api_keys"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."idempotency_keys"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."users"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."oidc_identities"', 'SELECT, INSERT, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."role_bindings"', 'SELECT, INSERT, UPDATE, DELETE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."invitations"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."sessions"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."signing_keys"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."reviews"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."review_decisions"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."review_comments"', 'SELECT, INSERT, UPDATE', 'SELECT, INSERT, UPDATE, DELETE');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."audit_entries"', 'SELECT, INSERT', 'SELECT, INSERT');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."audit_heads"', 'SELECT', 'SELECT');--> statement-breakpoint
SELECT "syncline_control"."secure_table"('"syncline_control"."audit_checkpoints"', 'SELECT, INSERT', 'SELECT, INSERT');--> statement-breakpoint
GRANT SELECT, UPDATE ON "syncline_control"."identity" TO syncline_service;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "syncline_control"."workers", "syncline_control"."sign_in_failures", "syncline_control"."oidc_sign_ins" TO syncline_service;--> statement-breakpoint
GRANT USAGE ON SEQUENCE "syncline_control"."events_id_seq", "syncline_control"."audit_entries_id_seq" TO syncline_tenant, syncline_service;--> statement-breakpoint
GRANT USAGE ON SEQUENCE "syncline_control"."fencing_tokens" TO syncline_service;
