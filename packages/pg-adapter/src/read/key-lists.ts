import { castName, type KeyList } from "@syncline/core";
import { quoteLiteral } from "../sql/quote.ts";
import { arrayLiteral } from "./lookup-sql.ts";

/**
 * Key lists of a snapshot: each column of a list is one setting of the transaction, an array of texts. A read-only
 * transaction may make no temporary table, COPY takes no parameters, and of an array the planner knows the length.
 */
export class KeyLists {
  readonly #lists = new Map<string, { readonly number: number; readonly types: readonly string[] }>();
  /** Values of the settings, for every session. */
  readonly settings = new Map<string, string>();
  #next = 0;

  /** A list of a name that there is already takes its place in what is compiled from now on. */
  add(lists: ReadonlyMap<string, KeyList>): void {
    for (const [name, { types, tuples }] of lists) {
      const number = this.#next;
      this.#next += 1;
      this.#lists.set(name, { number, types });
      types.forEach((_, index) => {
        const texts = tuples.map((tuple) => tuple[index] ?? null);
        this.settings.set(settingName(number, index), arrayLiteral(texts));
      });
    }
  }

  /** One column of a list of whole numbers as an array, read once a statement. */
  numbers(name: string, index: number): string {
    const list = this.#lists.get(name);
    if (list === undefined) throw new RangeError(`there is no key list "${name}"`);
    return `(SELECT pg_catalog.current_setting(${quoteLiteral(settingName(list.number, index))})::pg_catalog.int8[])`;
  }

  /** The list as a FROM item with columns `c0`, `c1`, … of its types. */
  from(name: string): { readonly from: string; readonly columns: number } {
    const list = this.#lists.get(name);
    if (list === undefined) throw new RangeError(`there is no key list "${name}"`);
    const arrays = list.types.map((_, index) => {
      const setting = quoteLiteral(settingName(list.number, index));
      return `pg_catalog.unnest(pg_catalog.current_setting(${setting})::pg_catalog.text[])`;
    });
    const texts = list.types.map((_, index) => `x${index}`).join(", ");
    const values = list.types.map((type, index) => `u.x${index}::${castName(type)} AS c${index}`).join(", ");
    return {
      from: `(SELECT ${values} FROM ROWS FROM (${arrays.join(", ")}) AS u(${texts}))`,
      columns: list.types.length,
    };
  }
}

function settingName(list: number, column: number): string {
  return `syncline.keys_${list}_${column}`;
}
