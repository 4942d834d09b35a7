/** Progress of long work. Rows and bytes are totals so far; estimates are null when unknown. */
export interface ProgressEvent {
  readonly phase: string;
  readonly table: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
}

/** What every use case gets besides its input: who is asking, when to stop, whom to tell. */
export interface RunContext {
  /** Aborted on Ctrl-C, cancel or timeout; every stream and statement ends soon after. */
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
  /** Something people should know although the work goes on. */
  readonly warn: (message: string) => void;
  readonly actor: string | null;
  readonly now: () => Date;
  /** Random bytes, for ids. */
  readonly randomBytes: (length: number) => Uint8Array;
}
