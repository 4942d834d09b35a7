import { usePlaceFacts } from "../../api/places.ts";
import { useEnvironments } from "../servers/environments-query.ts";

/** What a write to a place takes, as far as it is known before the server is asked. */
interface TargetRules {
  readonly server: string | null;
  readonly environment: string | null;
  /** Of others, before a write; 0: none. */
  readonly approvals: number;
  readonly signatures: boolean;
  /** Why nothing is written there now; null: it is. */
  readonly frozen: string | null;
  readonly readonly: boolean;
  /** Name that is typed before a write; undefined: none is. */
  readonly typed: string | undefined;
}

export function useTargetRules(target: string): TargetRules {
  const facts = usePlaceFacts()(target);
  const { data } = useEnvironments();
  const { environment = null, server = null, protection = null } = facts ?? {};
  const rules = data?.find(({ name }) => name === environment);
  return {
    server,
    environment,
    approvals: rules?.approvals ?? 0,
    signatures: rules?.signatures ?? false,
    frozen: rules?.frozen?.reason ?? null,
    readonly: protection === "readonly",
    typed: protection === "protected" && server !== null ? server : undefined,
  };
}
