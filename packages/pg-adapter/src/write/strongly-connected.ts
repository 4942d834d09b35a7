/**
 * Groups of indexes that reach each other, in an order in which every edge `from → to` leads to the same or a later
 * group (Tarjan 1972, iterative). Groups and members keep the given order where edges leave a choice.
 */
export function orderedComponents(
  size: number,
  edges: readonly (readonly [from: number, to: number])[],
): number[][] {
  const successors = Array.from({ length: size }, (): number[] => []);
  for (const [from, to] of edges) if (from !== to) successors[from]?.push(to);
  const state = new TarjanState(size);
  for (let node = size - 1; node >= 0; node -= 1)
    if (state.order[node] === -1) visit(node, successors, state);
  return state.components.reverse().map((component) => component.sort((a, b) => a - b));
}

class TarjanState {
  readonly order: number[];
  readonly low: number[];
  readonly onStack: boolean[];
  readonly stack: number[] = [];
  readonly components: number[][] = [];
  next = 0;

  constructor(size: number) {
    this.order = Array.from({ length: size }, () => -1);
    this.low = Array.from({ length: size }, () => 0);
    this.onStack = Array.from({ length: size }, () => false);
  }

  enter(node: number): void {
    this.order[node] = this.next;
    this.low[node] = this.next;
    this.next += 1;
    this.stack.push(node);
    this.onStack[node] = true;
  }

  lower(node: number, value: number): void {
    this.low[node] = Math.min(this.low[node] ?? value, value);
  }

  leave(node: number): void {
    if (this.low[node] !== this.order[node]) return;
    const component: number[] = [];
    for (;;) {
      const member = this.stack.pop();
      if (member === undefined) break;
      this.onStack[member] = false;
      component.push(member);
      if (member === node) break;
    }
    this.components.push(component);
  }
}

function visit(start: number, successors: readonly (readonly number[])[], state: TarjanState): void {
  const path: { node: number; at: number }[] = [{ node: start, at: 0 }];
  state.enter(start);
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const next = successors[frame.node]?.[frame.at];
    frame.at += 1;
    if (next === undefined) {
      path.pop();
      state.leave(frame.node);
      const parent = path.at(-1);
      if (parent !== undefined) state.lower(parent.node, state.low[frame.node] ?? 0);
    } else if (state.order[next] === -1) {
      state.enter(next);
      path.push({ node: next, at: 0 });
    } else if (state.onStack[next] === true) {
      state.lower(frame.node, state.order[next] ?? 0);
    }
  }
}
