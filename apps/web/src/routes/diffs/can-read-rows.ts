import type { Me } from "../../api/me.ts";

/** Whether somebody may see rows of both places; the server decides, this is for saying so beforehand. */
export function canReadRows(
  me: Pick<Me, "can">,
  places: readonly string[],
  environmentOf: (place: string) => string | null,
): boolean {
  return places.every((place) => me.can("rows:read", environmentOf(place)));
}
