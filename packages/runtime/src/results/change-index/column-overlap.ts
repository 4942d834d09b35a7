import { type BitReader, type Bits, countCommon, emptyBits } from "./bit-chunks.ts";
import { ofColumn } from "./filter-plan.ts";
import type { TableMeta } from "./index-meta.ts";
import { CHUNK } from "./index-schema.ts";
import type { GiveWay } from "./rank-source.ts";

/** Updates that change a column and nothing else, by place of the column. */
export async function countAlone(
  reader: BitReader,
  table: TableMeta,
  giveWay: GiveWay,
): Promise<ReadonlyMap<number, number>> {
  const alone = new Map<number, number>();
  for (let chunk = Math.floor(table.firstRank / CHUNK); chunk * CHUNK < table.endRank; chunk += 1) {
    const columns = table.changed.map(([place]) => {
      const bits = emptyBits();
      reader.addTo(bits, ofColumn(table, place).name, chunk);
      return { place, bits };
    });
    const once = setOnce(columns.map(({ bits }) => bits));
    for (const { place, bits } of columns)
      alone.set(place, (alone.get(place) ?? 0) + countCommon(bits, once));
    await giveWay();
  }
  return alone;
}

/** Bits that exactly one of them has. */
function setOnce(all: readonly Bits[]): Bits {
  const [any, several] = [emptyBits(), emptyBits()];
  for (const bits of all) {
    for (let at = 0; at < bits.length; at += 1) {
      const byte = bits[at] ?? 0;
      if (byte === 0) continue;
      several[at] = (several[at] ?? 0) | ((any[at] ?? 0) & byte);
      any[at] = (any[at] ?? 0) | byte;
    }
  }
  for (let at = 0; at < any.length; at += 1) any[at] = (any[at] ?? 0) & ~(several[at] ?? 0);
  return any;
}
