/** What a person may be, from least to most; what each may do is one table of the HTTP contract. */
export const ROLES = ["viewer", "operator", "reviewer", "admin"] as const;
export type Role = (typeof ROLES)[number];
