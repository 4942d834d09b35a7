/** When a row was made says nothing about its last change. */
export function saysWhenMade(field: string): boolean {
  return /^(created|inserted)/i.test(field);
}

/** Timestamp fields by how well they tell which of two rows was changed later. */
export function lastChangeFirst(fields: readonly string[]): string[] {
  return [...fields.filter((field) => !saysWhenMade(field)), ...fields.filter(saysWhenMade)];
}
