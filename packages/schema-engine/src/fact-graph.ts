import { type DependencyEdge, encodeId, type Fact, type FactBase, type StableId } from "@supabase/pg-delta";

/** Facts of a catalog by key, with what each one needs. */
export class FactGraph {
  readonly #facts = new Map<string, Fact>();
  readonly #children = new Map<string, string[]>();
  readonly #needs = new Map<string, string[]>();
  readonly #neededBy = new Map<string, string[]>();
  readonly edges: readonly DependencyEdge[];

  constructor(facts: readonly Fact[], edges: readonly DependencyEdge[]) {
    for (const fact of facts) this.#facts.set(encodeId(fact.id), fact);
    for (const fact of facts) {
      if (fact.parent !== undefined) append(this.#children, encodeId(fact.parent), encodeId(fact.id));
    }
    this.edges = edges.filter(({ kind }) => kind === "depends");
    for (const { from, to } of this.edges) {
      append(this.#needs, encodeId(from), encodeId(to));
      append(this.#neededBy, encodeId(to), encodeId(from));
    }
  }

  static of(base: FactBase): FactGraph {
    return new FactGraph(base.facts(), base.edges);
  }

  get keys(): IterableIterator<string> {
    return this.#facts.keys();
  }

  get facts(): Fact[] {
    return [...this.#facts.values()];
  }

  get(key: string): Fact | undefined {
    return this.#facts.get(key);
  }

  children(key: string): readonly string[] {
    return this.#children.get(key) ?? [];
  }

  /** What has to be there before it: its parent and what it refers to, as far as facts of it are known. */
  needs(key: string): string[] {
    const fact = this.#facts.get(key);
    if (fact === undefined) return [];
    const parent = fact.parent === undefined ? [] : [encodeId(fact.parent)];
    return [...parent, ...(this.#needs.get(key) ?? []), ...impliedNeeds(fact)].filter((need) =>
      this.#facts.has(need),
    );
  }

  /** What cannot be there without it. */
  dependents(key: string): string[] {
    return [...this.children(key), ...(this.#neededBy.get(key) ?? [])].filter((need) =>
      this.#facts.has(need),
    );
  }

  /** The part of it whose keys are given; edges that lead out of it are dropped. */
  restrict(keys: ReadonlySet<string>): FactGraph {
    const facts = this.facts.filter(({ id }) => keys.has(encodeId(id)));
    const edges = this.edges.filter(({ from, to }) => keys.has(encodeId(from)) && keys.has(encodeId(to)));
    return new FactGraph(facts, edges);
  }
}

/** Every key that can be reached from the roots, the roots included. */
export function reach(roots: Iterable<string>, next: (key: string) => Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const open = [...roots];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    open.push(...next(key));
  }
  return reached;
}

/** Its table's parent and its column, which the facts name without an edge. */
function impliedNeeds({ id, payload }: Fact): string[] {
  const needs: StableId[] = [];
  const parent = payload["parentTable"] as { schema: string; name: string } | null | undefined;
  if (id.kind === "table" && parent) needs.push({ kind: "table", ...parent });
  return needs.map(encodeId);
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
