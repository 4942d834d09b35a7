import type { BodyInputOf, databases } from "@syncline/api";
import {
  type ConnectionPieces,
  NO_PIECES,
  problemOfUrl,
  problemsOfPieces,
  urlOfPieces,
} from "./connection-url.ts";
import type { StoredServer } from "./servers-query.ts";

/** What is typed. */
export interface ServerForm {
  readonly name: string;
  readonly by: "pieces" | "url";
  readonly pieces: ConnectionPieces;
  readonly url: string;
  /** Of a server that is there: another connection takes the place of the sealed one. */
  readonly replaceUrl: boolean;
  readonly tenancy: "schema" | "database" | "column";
  readonly tenantColumn: string;
  readonly tenantSchema: string;
  readonly environment: string;
  /** Empty: as its host says. */
  readonly protection: "" | "open" | "protected" | "readonly";
}

export const emptyServerForm: ServerForm = {
  name: "",
  by: "pieces",
  pieces: NO_PIECES,
  url: "",
  replaceUrl: true,
  tenancy: "schema",
  tenantColumn: "",
  tenantSchema: "public",
  environment: "",
  protection: "",
};

export function filledServerForm({ name, tenancy, environment, protection }: StoredServer): ServerForm {
  return {
    ...emptyServerForm,
    name,
    replaceUrl: false,
    tenancy: tenancy.kind,
    ...(tenancy.kind === "column" ? { tenantColumn: tenancy.column, tenantSchema: tenancy.schema } : {}),
    environment: environment ?? "",
    protection: protection ?? "",
  };
}

/** The URL that is typed; null where the sealed one stays. */
export function urlOfForm({ by, pieces, url, replaceUrl }: ServerForm): {
  readonly url: string | null;
  readonly problem: string | null;
} {
  if (!replaceUrl) return { url: null, problem: null };
  if (by === "url") return { url: url.trim(), problem: problemOfUrl(url) };
  return { url: urlOfPieces(pieces), problem: Object.values(problemsOfPieces(pieces))[0] ?? null };
}

interface ServerBodies {
  readonly create: BodyInputOf<typeof databases.createServer>;
  readonly update: BodyInputOf<typeof databases.updateServer>;
}

/** What is sent to add a server, and to change one. */
export function serverBody(form: ServerForm, url: string | null): ServerBodies {
  const { name, tenancy: kind, tenantColumn, tenantSchema, environment, protection } = form;
  const tenancy =
    kind === "column"
      ? ({ kind, column: tenantColumn.trim(), schema: tenantSchema.trim() || "public" } as const)
      : ({ kind } as const);
  return {
    create: {
      name,
      url: url ?? "",
      tenancy,
      ...(protection === "" ? {} : { protection }),
      ...(environment === "" ? {} : { environment }),
    },
    update: {
      tenancy,
      protection: protection === "" ? null : protection,
      environment: environment === "" ? null : environment,
      ...(url === null ? {} : { url }),
    },
  };
}
