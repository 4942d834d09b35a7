ALTER TABLE "syncline_control"."audit_checkpoints" ADD COLUMN "previous" text;--> statement-breakpoint
ALTER TABLE "syncline_control"."audit_entries" ADD COLUMN "project_id" uuid;