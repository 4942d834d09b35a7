/** A directed graph over nodes `0` to `size - 1`. */
export interface Graph {
  readonly size: number;
  readonly edges: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Strongly connected components, each before those that it leads to; every node is in exactly one.
 * Tarjan, "Depth-first search and linear graph algorithms" (1972), with a stack of its own, so that depth has no limit.
 */
export function strongComponents({ size, edges }: Graph): number[][] {
  const next = successors(size, edges);
  const order = new Array<number>(size).fill(-1);
  const low = new Array<number>(size).fill(0);
  const open: number[] = [];
  const isOpen = new Array<boolean>(size).fill(false);
  const components: number[][] = [];
  let count = 0;
  for (let start = 0; start < size; start++) {
    if (order[start] !== -1) continue;
    const path = [{ node: start, at: 0 }];
    while (path.length > 0) {
      const step = path.at(-1) as { node: number; at: number };
      const { node } = step;
      if (step.at === 0) {
        order[node] = low[node] = count++;
        open.push(node);
        isOpen[node] = true;
      }
      const to = next[node]?.[step.at++];
      if (to !== undefined) {
        if (order[to] === -1) path.push({ node: to, at: 0 });
        else if (isOpen[to] === true) low[node] = Math.min(low[node] as number, order[to] as number);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] as number, low[node] as number);
      if (low[node] === order[node]) components.push(closeComponent(node, open, isOpen));
    }
  }
  return components.reverse();
}

function closeComponent(root: number, open: number[], isOpen: boolean[]): number[] {
  const members = open.splice(open.indexOf(root));
  for (const member of members) isOpen[member] = false;
  return members.sort((a, b) => a - b);
}

function successors(size: number, edges: Graph["edges"]): readonly number[][] {
  const next = Array.from({ length: size }, (): number[] => []);
  for (const { from, to } of edges) next[from]?.push(to);
  return next;
}
