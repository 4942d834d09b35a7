import type { CutValue, ListedChange } from "../result-contract.ts";
import { beginningOf, isCut } from "./block-codec.ts";
import { type ChangeRecord, FIRST_VALUE, type RecordCodec } from "./change-record.ts";

/** Characters of a value that a list shows. */
const SHOWN = 1_024;

/** A change for a list: values that are long are cut, and it says which. */
export function listedChange(id: number, record: ChangeRecord, codec: RecordCodec): ListedChange {
  if (record.every((value) => value.length <= SHOWN && !isCut(value)))
    return { id, operation: codec.decode(record), cut: [] };
  const places = codec.places(record);
  const cut: CutValue[] = [];
  const shown = record.map((value, field) => {
    const place = places[field - FIRST_VALUE];
    if (place === undefined || (value.length <= SHOWN && !isCut(value))) return value;
    const beginning = isCut(value)
      ? beginningOf(value)
      : { value: value.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, ""), length: value.length - 1 };
    cut.push({ ...place, length: beginning.length });
    return beginning.value;
  });
  return { id, operation: codec.decode(shown), cut };
}
