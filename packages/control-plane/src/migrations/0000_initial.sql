CREATE SEQUENCE "syncline_control"."fencing_tokens" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "syncline_control"."api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid,
	"public_id" text NOT NULL,
	"name" text NOT NULL,
	"digest" text NOT NULL,
	"scopes" text[] NOT NULL,
	"rotates" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_publicId_unique" UNIQUE("public_id")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."audit_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text,
	"detail" jsonb NOT NULL,
	"request_id" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."idempotency_keys" (
	"organization_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_digest" text NOT NULL,
	"status" integer,
	"response" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_organization_id_key_pk" PRIMARY KEY("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."conflicts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"job_id" uuid,
	"run_id" uuid,
	"table_name" text NOT NULL,
	"key_text" text NOT NULL,
	"kind" text NOT NULL,
	"columns" text[] NOT NULL,
	"document" jsonb NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."pairs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"source" text NOT NULL,
	"target" text NOT NULL,
	"base_schema" text NOT NULL,
	"cycle" bigint DEFAULT 0 NOT NULL,
	"advanced_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pairs_jobId_unique" UNIQUE("job_id"),
	CONSTRAINT "pairs_baseSchema_unique" UNIQUE("base_schema")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."resolutions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"conflict_id" uuid NOT NULL,
	"choice" text NOT NULL,
	"row" jsonb,
	"seen" text NOT NULL,
	"resolved_by" text NOT NULL,
	"resolved_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."identity" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"sealed_pepper" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identity_is_one" CHECK ("syncline_control"."identity"."only")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."environments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "environments_projectId_name_unique" UNIQUE("project_id","name")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"run_id" uuid,
	"type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."jobs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"definition" jsonb NOT NULL,
	"origin" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hook_digest" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "jobs_hookDigest_unique" UNIQUE("hook_digest")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."patches" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"run_id" uuid,
	"origin" text NOT NULL,
	"source" text NOT NULL,
	"target" text NOT NULL,
	"hash" text NOT NULL,
	"complete" boolean NOT NULL,
	"operations" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"summary" jsonb NOT NULL,
	"object_key" text NOT NULL,
	"index_key" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"removed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_organizationId_slug_unique" UNIQUE("organization_id","slug"),
	CONSTRAINT "projects_owner" UNIQUE("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."attempts" (
	"organization_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"outcome" text,
	"error" jsonb,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "attempts_run_id_number_pk" PRIMARY KEY("run_id","number")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."leader_terms" (
	"duty" text PRIMARY KEY NOT NULL,
	"term" bigint NOT NULL,
	"worker" uuid NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"job_id" uuid,
	"kind" text NOT NULL,
	"definition" jsonb NOT NULL,
	"trigger" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"not_before" timestamp (3) with time zone,
	"target_keys" text[] DEFAULT '{}'::text[] NOT NULL,
	"server_keys" text[] DEFAULT '{}'::text[] NOT NULL,
	"requested_by" text NOT NULL,
	"waits_for" text,
	"progress" jsonb,
	"summary" jsonb,
	"error" jsonb,
	"retry_of" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."snapshot_holders" (
	"organization_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"side" text NOT NULL,
	"worker" uuid NOT NULL,
	"snapshot_id" text NOT NULL,
	"held_until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "snapshot_holders_run_id_attempt_side_worker_pk" PRIMARY KEY("run_id","attempt","side","worker")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."target_locks" (
	"organization_id" uuid NOT NULL,
	"target_key" text NOT NULL,
	"run_id" uuid NOT NULL,
	"fencing_token" bigint NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "target_locks_organization_id_target_key_pk" PRIMARY KEY("organization_id","target_key")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."work_units" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"slice" jsonb,
	"state" text DEFAULT 'ready' NOT NULL,
	"worker" uuid,
	"fencing_token" bigint,
	"lease_until" timestamp (3) with time zone,
	"claims" integer DEFAULT 0 NOT NULL,
	"losses" integer DEFAULT 0 NOT NULL,
	"unsettled" boolean DEFAULT false NOT NULL,
	"rows" bigint DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"checksum" text,
	"output" jsonb,
	"error" jsonb,
	"dispatched_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."workers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"draining" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."schedule_slots" (
	"organization_id" uuid NOT NULL,
	"schedule_id" uuid NOT NULL,
	"fire_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"run_id" uuid,
	"decided_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "schedule_slots_schedule_id_fire_at_pk" PRIMARY KEY("schedule_id","fire_at")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."schedules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"job_id" uuid NOT NULL,
	"schedule" jsonb NOT NULL,
	"next_fire_at" timestamp (3) with time zone,
	"last_fired_at" timestamp (3) with time zone,
	"planned_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "schedules_jobId_unique" UNIQUE("job_id")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."servers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"environment_id" uuid,
	"name" text NOT NULL,
	"sealed_url" text NOT NULL,
	"shown" text NOT NULL,
	"tenancy" jsonb NOT NULL,
	"protection" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "servers_projectId_name_unique" UNIQUE("project_id","name")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"event_id" bigint,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_status" integer,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."webhooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"sealed_secret" text NOT NULL,
	"events" text[] NOT NULL,
	"origin" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhooks_organizationId_name_unique" UNIQUE("organization_id","name")
);
--> statement-breakpoint
ALTER TABLE "syncline_control"."api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."api_keys" ADD CONSTRAINT "api_keys_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_entries" ADD CONSTRAINT "audit_entries_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."idempotency_keys" ADD CONSTRAINT "idempotency_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."conflicts" ADD CONSTRAINT "conflicts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."conflicts" ADD CONSTRAINT "conflicts_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "syncline_control"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."conflicts" ADD CONSTRAINT "conflicts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."pairs" ADD CONSTRAINT "pairs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."pairs" ADD CONSTRAINT "pairs_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "syncline_control"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."resolutions" ADD CONSTRAINT "resolutions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."resolutions" ADD CONSTRAINT "resolutions_conflict_id_conflicts_id_fk" FOREIGN KEY ("conflict_id") REFERENCES "syncline_control"."conflicts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD CONSTRAINT "environments_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD CONSTRAINT "environments_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."events" ADD CONSTRAINT "events_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."jobs" ADD CONSTRAINT "jobs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."jobs" ADD CONSTRAINT "jobs_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."patches" ADD CONSTRAINT "patches_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."patches" ADD CONSTRAINT "patches_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."patches" ADD CONSTRAINT "patches_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."projects" ADD CONSTRAINT "projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."attempts" ADD CONSTRAINT "attempts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."attempts" ADD CONSTRAINT "attempts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."runs" ADD CONSTRAINT "runs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."runs" ADD CONSTRAINT "runs_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "syncline_control"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."runs" ADD CONSTRAINT "runs_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."snapshot_holders" ADD CONSTRAINT "snapshot_holders_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."snapshot_holders" ADD CONSTRAINT "snapshot_holders_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."target_locks" ADD CONSTRAINT "target_locks_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."target_locks" ADD CONSTRAINT "target_locks_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."work_units" ADD CONSTRAINT "work_units_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."work_units" ADD CONSTRAINT "work_units_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."schedule_slots" ADD CONSTRAINT "schedule_slots_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."schedule_slots" ADD CONSTRAINT "schedule_slots_schedule_id_schedules_id_fk" FOREIGN KEY ("schedule_id") REFERENCES "syncline_control"."schedules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."schedules" ADD CONSTRAINT "schedules_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."schedules" ADD CONSTRAINT "schedules_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "syncline_control"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."servers" ADD CONSTRAINT "servers_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."servers" ADD CONSTRAINT "servers_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "syncline_control"."environments"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."servers" ADD CONSTRAINT "servers_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."deliveries" ADD CONSTRAINT "deliveries_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."deliveries" ADD CONSTRAINT "deliveries_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "syncline_control"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."webhooks" ADD CONSTRAINT "webhooks_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_by_age" ON "syncline_control"."audit_entries" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "conflicts_open" ON "syncline_control"."conflicts" USING btree ("job_id","table_name","key_text") WHERE state IN ('open', 'resolved');--> statement-breakpoint
CREATE INDEX "conflicts_of_run" ON "syncline_control"."conflicts" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "conflicts_by_age" ON "syncline_control"."conflicts" USING btree ("organization_id","state","created_at","id");--> statement-breakpoint
CREATE INDEX "resolutions_of" ON "syncline_control"."resolutions" USING btree ("conflict_id");--> statement-breakpoint
CREATE INDEX "events_of_run" ON "syncline_control"."events" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "events_of" ON "syncline_control"."events" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "events_by_age" ON "syncline_control"."events" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_name" ON "syncline_control"."jobs" USING btree ("project_id","name") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "patches_of_run" ON "syncline_control"."patches" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "patches_expiring" ON "syncline_control"."patches" USING btree ("expires_at") WHERE removed_at IS NULL;--> statement-breakpoint
CREATE INDEX "patches_by_age" ON "syncline_control"."patches" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_by_age" ON "syncline_control"."runs" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_of_job" ON "syncline_control"."runs" USING btree ("job_id","created_at","id");--> statement-breakpoint
CREATE INDEX "runs_live" ON "syncline_control"."runs" USING btree ("state","not_before") WHERE finished_at IS NULL;--> statement-breakpoint
CREATE INDEX "target_locks_of_run" ON "syncline_control"."target_locks" USING btree ("run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "work_units_place" ON "syncline_control"."work_units" USING btree ("run_id","attempt","position");--> statement-breakpoint
CREATE INDEX "work_units_live" ON "syncline_control"."work_units" USING btree ("state","lease_until") WHERE state IN ('ready', 'running');--> statement-breakpoint
CREATE INDEX "work_units_of_worker" ON "syncline_control"."work_units" USING btree ("worker") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX "schedules_due" ON "syncline_control"."schedules" USING btree ("next_fire_at");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "syncline_control"."deliveries" USING btree ("state","next_try_at");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_once" ON "syncline_control"."deliveries" USING btree ("webhook_id","event_id");--> statement-breakpoint
CREATE INDEX "deliveries_by_age" ON "syncline_control"."deliveries" USING btree ("organization_id","created_at","id");