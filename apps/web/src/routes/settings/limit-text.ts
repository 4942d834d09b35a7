import { bytesText, countText } from "../../components/number-text.ts";
import { daysText } from "../servers/days-text.ts";

/** A limit as people read it. */
export function limitText(value: number, unit: "count" | "bytes" | "milliseconds"): string {
  if (unit === "bytes") return bytesText(value);
  return unit === "milliseconds" ? daysText(Math.round(value / 1000)) : countText(value);
}
