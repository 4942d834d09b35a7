-- each statement apart
-- A comparison alone is taken to let one row of two hundred through, and plans for the service are made for that.
CREATE OR REPLACE FUNCTION "syncline_control"."secure_table"("secured" regclass, "of_tenant" text, "of_service" text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owned_by name := CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = secured AND attname = 'organization_id') THEN 'organization_id' ELSE 'id' END;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = secured AND polname = 'tenant') THEN
		EXECUTE format('CREATE POLICY tenant ON %s TO syncline_tenant USING (%I = nullif(current_setting(''syncline.organization'', true), '''')::uuid)', secured, owned_by);
	END IF;
	IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = secured AND polname = 'service') THEN
		EXECUTE format('CREATE POLICY service ON %s TO syncline_service USING (CASE WHEN current_user = ''syncline_service'' THEN true ELSE false END)', secured);
	END IF;
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', secured);
	EXECUTE format('GRANT %s ON %s TO syncline_tenant', of_tenant, secured);
	EXECUTE format('GRANT %s ON %s TO syncline_service', of_service, secured);
END
$$;--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."organizations" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."projects" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."environments" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."servers" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."jobs" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."schedules" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."schedule_slots" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."runs" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."attempts" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."work_units" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."target_locks" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."snapshot_holders" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."patches" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."pairs" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."conflicts" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."resolutions" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."webhooks" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."deliveries" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."events" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."api_keys" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."idempotency_keys" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."users" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."oidc_identities" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."role_bindings" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."invitations" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."sessions" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."signing_keys" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."reviews" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."review_decisions" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."review_comments" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."audit_entries" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."audit_heads" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);--> statement-breakpoint
ALTER POLICY service ON "syncline_control"."audit_checkpoints" USING (CASE WHEN current_user = 'syncline_service' THEN true ELSE false END);
