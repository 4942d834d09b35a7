import { type ControlPlane, heartbeatWorker, registerWorker } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";

/** This process in the table of workers. */
export class WorkerIdentity {
  readonly #cp: ControlPlane;
  readonly #about: { readonly name: string; readonly version: string };
  #id: Promise<string> | null = null;

  constructor(cp: ControlPlane, about: { readonly name: string; readonly version: string }) {
    this.#cp = cp;
    this.#about = about;
  }

  /** Registers when first asked. */
  id(): Promise<string> {
    this.#id ??= registerWorker(this.#cp, this.#about).then(({ id }) => id);
    this.#id.catch(() => {
      this.#id = null;
    });
    return this.#id;
  }

  /** Says that this process lives. One that was taken for dead is another worker from then on. */
  async beat(): Promise<void> {
    const workerId = await this.id();
    try {
      await heartbeatWorker(this.#cp, { workerId });
    } catch (error) {
      if (!isCodedError(error) || error.code !== "resource.not_found") throw error;
      this.#id = null;
      await this.id();
    }
  }
}
