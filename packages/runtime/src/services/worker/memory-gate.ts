/** Whether another unit may begin, by what this process holds already. */
export class MemoryGate {
  readonly #limitBytes: () => number;
  readonly #residentBytes: () => number;

  constructor(limitBytes: () => number, residentBytes = () => process.memoryUsage.rss()) {
    this.#limitBytes = limitBytes;
    this.#residentBytes = residentBytes;
  }

  /** A process that does nothing takes a unit all the same: waiting would not make it smaller. */
  mayBegin(unitsAtWork: number): boolean {
    return unitsAtWork === 0 || this.#residentBytes() < this.#limitBytes();
  }
}
