/** Carries ids of work units to whoever is free. It may lose and repeat them: our tables are the truth. */
export interface WorkQueue {
  send(unitIds: readonly string[]): Promise<void>;
  /**
   * Calls `handle` for messages, as many at once as `concurrency`; a message is over when it resolves or rejects.
   * Where it resolves to false, the next one may wait for a while. Rejects when it cannot begin.
   */
  receive(options: {
    readonly concurrency: number;
    readonly handle: (unitId: string) => Promise<boolean>;
  }): Promise<void>;
  /** Takes no further message; those at work go on. */
  pause(): Promise<void>;
  close(): Promise<void>;
}
