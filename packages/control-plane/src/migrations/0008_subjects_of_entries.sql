-- each statement apart
CREATE INDEX IF NOT EXISTS "audit_of_subject" ON "syncline_control"."audit_entries" USING btree ("organization_id","subject_kind","subject_id","seq");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "conflicts_of_job" ON "syncline_control"."conflicts" USING btree ("job_id","created_at");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "conflicts_closed" ON "syncline_control"."conflicts" USING btree ("organization_id","closed_at");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "reviews_of_job" ON "syncline_control"."reviews" USING btree ("job_id");