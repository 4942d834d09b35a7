CREATE TABLE "syncline_control"."audit_checkpoints" (
	"organization_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"public_key" text NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "audit_checkpoints_organization_id_seq_pk" PRIMARY KEY("organization_id","seq")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."audit_heads" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."invitations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"email" text,
	"user_id" uuid,
	"grants" jsonb NOT NULL,
	"digest" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_digest_unique" UNIQUE("digest")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."oidc_identities" (
	"organization_id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "oidc_identities_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."oidc_sign_ins" (
	"state" text PRIMARY KEY NOT NULL,
	"browser" text NOT NULL,
	"sealed" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."role_bindings" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"project_id" uuid,
	"environment_id" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"method" text NOT NULL,
	"address" text,
	"agent" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "sessions_digest_unique" UNIQUE("digest")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."sign_in_failures" (
	"bucket" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"last_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."signing_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"user_id" uuid,
	"public_key" text NOT NULL,
	"sealed_private_key" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	"deactivated_at" timestamp (3) with time zone,
	CONSTRAINT "users_emailKey_unique" UNIQUE("email_key"),
	CONSTRAINT "users_owner" UNIQUE("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."review_comments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"review_id" uuid NOT NULL,
	"thread_id" uuid,
	"anchor" jsonb,
	"body" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."review_decisions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"review_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text NOT NULL,
	"content_hash" text NOT NULL,
	"target_fingerprint" text NOT NULL,
	"signature" text,
	"statement" text,
	"public_key" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"superseded" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "syncline_control"."reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"number" bigint NOT NULL,
	"title" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"definition" jsonb NOT NULL,
	"job_id" uuid,
	"patch_id" uuid,
	"target" text NOT NULL,
	"environment" text,
	"content_hash" text NOT NULL,
	"target_fingerprint" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"state_reason" text,
	"required" integer NOT NULL,
	"authors" uuid[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"run_id" uuid
);
--> statement-breakpoint
ALTER TABLE "syncline_control"."api_keys" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_entries" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_entries" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_entries" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "approvals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "approval_seconds" integer DEFAULT 604800 NOT NULL;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "signatures" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "frozen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "frozen_by" text;--> statement-breakpoint
ALTER TABLE "syncline_control"."environments" ADD COLUMN "frozen_reason" text;--> statement-breakpoint
ALTER TABLE "syncline_control"."jobs" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."patches" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."runs" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."runs" ADD COLUMN "review_id" uuid;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_checkpoints" ADD CONSTRAINT "audit_checkpoints_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_heads" ADD CONSTRAINT "audit_heads_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."invitations" ADD CONSTRAINT "invitations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."oidc_identities" ADD CONSTRAINT "oidc_identities_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."oidc_identities" ADD CONSTRAINT "oidc_identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."role_bindings" ADD CONSTRAINT "role_bindings_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."role_bindings" ADD CONSTRAINT "role_bindings_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."role_bindings" ADD CONSTRAINT "role_bindings_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "syncline_control"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."sessions" ADD CONSTRAINT "sessions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."signing_keys" ADD CONSTRAINT "signing_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."signing_keys" ADD CONSTRAINT "signing_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."users" ADD CONSTRAINT "users_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."review_comments" ADD CONSTRAINT "review_comments_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."review_comments" ADD CONSTRAINT "review_comments_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "syncline_control"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."review_decisions" ADD CONSTRAINT "review_decisions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."review_decisions" ADD CONSTRAINT "review_decisions_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "syncline_control"."reviews"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."review_decisions" ADD CONSTRAINT "review_decisions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."reviews" ADD CONSTRAINT "reviews_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "syncline_control"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."reviews" ADD CONSTRAINT "reviews_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "syncline_control"."jobs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."reviews" ADD CONSTRAINT "reviews_patch_id_patches_id_fk" FOREIGN KEY ("patch_id") REFERENCES "syncline_control"."patches"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."reviews" ADD CONSTRAINT "reviews_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "syncline_control"."runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "syncline_control"."reviews" ADD CONSTRAINT "reviews_owner" FOREIGN KEY ("organization_id","project_id") REFERENCES "syncline_control"."projects"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "invitations_by_age" ON "syncline_control"."invitations" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "oidc_of_user" ON "syncline_control"."oidc_identities" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "role_bindings_once" ON "syncline_control"."role_bindings" USING btree ("user_id","role",coalesce("project_id", '00000000-0000-0000-0000-000000000000'::uuid),coalesce("environment_id", '00000000-0000-0000-0000-000000000000'::uuid));--> statement-breakpoint
CREATE INDEX "sessions_of_user" ON "syncline_control"."sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_live" ON "syncline_control"."sessions" USING btree ("expires_at") WHERE ended_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_used" ON "syncline_control"."signing_keys" USING btree ("organization_id","purpose",coalesce("user_id", '00000000-0000-0000-0000-000000000000'::uuid)) WHERE NOT retired;--> statement-breakpoint
CREATE INDEX "review_comments_of" ON "syncline_control"."review_comments" USING btree ("review_id","created_at","id");--> statement-breakpoint
CREATE INDEX "review_decisions_of" ON "syncline_control"."review_decisions" USING btree ("review_id","at");--> statement-breakpoint
CREATE INDEX "reviews_by_age" ON "syncline_control"."reviews" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "reviews_of_content" ON "syncline_control"."reviews" USING btree ("organization_id","content_hash");--> statement-breakpoint
CREATE INDEX "reviews_live" ON "syncline_control"."reviews" USING btree ("expires_at") WHERE state IN ('open', 'approved');--> statement-breakpoint
ALTER TABLE "syncline_control"."api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "syncline_control"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_chain" ON "syncline_control"."audit_entries" USING btree ("organization_id","seq");