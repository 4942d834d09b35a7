import type { z } from "zod";
import type { RouteName } from "../permissions.ts";

/** What a route takes as its body: JSON that a schema describes, or bytes that are streamed. */
export type RouteBody =
  | { readonly kind: "json"; readonly schema: z.ZodType }
  | { readonly kind: "bytes"; readonly contentTypes: readonly string[] };

/** What a route answers with; errors are problem details on every route. */
export type RouteAnswer =
  | { readonly kind: "json"; readonly status: 200 | 201 | 202; readonly schema: z.ZodType }
  | { readonly kind: "bytes"; readonly status: 200; readonly contentTypes: readonly string[] }
  | { readonly kind: "events"; readonly status: 200 }
  | { readonly kind: "redirect"; readonly status: 302 }
  | { readonly kind: "empty"; readonly status: 204 };

export interface RouteShape {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  /** Strict: a parameter that is not here is refused. */
  readonly query?: z.ZodObject;
  readonly body?: RouteBody;
  readonly answer: RouteAnswer;
  /** Starts work: takes an `Idempotency-Key`. */
  readonly idempotent?: true;
}

export type Route<Name extends RouteName = RouteName, Shape extends RouteShape = RouteShape> = Shape & {
  readonly name: Name;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Below `/api/v1`, parameters as `{id}`. */
  readonly path: string;
};

/** A route of the contract. Its name is a line of the permission table, so that none can be without one. */
export function defineRoute<const Name extends RouteName, const Shape extends RouteShape>(
  name: Name,
  shape: Shape,
): Route<Name, Shape> {
  const [method, path] = name.split(" ") as [string, string];
  return { ...shape, name, path, method: method.toLowerCase() as Route["method"] };
}

type SchemaOf<Part> = Part extends z.ZodType ? Part : never;

export type ParamsOf<R> = R extends { readonly params: infer P } ? z.output<SchemaOf<P>> : undefined;
export type QueryOf<R> = R extends { readonly query: infer Q } ? z.output<SchemaOf<Q>> : undefined;
export type BodyOf<R> = R extends { readonly body: { readonly kind: "json"; readonly schema: infer B } }
  ? z.output<SchemaOf<B>>
  : undefined;
/** What a caller writes: defaults may be left out. */
export type BodyInputOf<R> = R extends { readonly body: { readonly kind: "json"; readonly schema: infer B } }
  ? z.input<SchemaOf<B>>
  : undefined;
export type QueryInputOf<R> = R extends { readonly query: infer Q } ? z.input<SchemaOf<Q>> : undefined;
export type AnswerOf<R> = R extends { readonly answer: { readonly kind: "json"; readonly schema: infer A } }
  ? z.output<SchemaOf<A>>
  : undefined;
