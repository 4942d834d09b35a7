import { CodedError } from "@syncline/core";

type Listener = () => void;

/**
 * Holds calls that met an ended session until the person has signed in again, so that nothing typed is lost: the call
 * goes out once more then. One sign-in lets all go on.
 */
class SessionGate {
  #csrf = "";
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  readonly #listeners = new Set<Listener>();

  get csrf(): string {
    return this.#csrf;
  }

  /** Whether somebody has to sign in before held calls go on. */
  get isClosed(): boolean {
    return this.#waiting.length > 0;
  }

  signedIn(csrf: string): void {
    this.#csrf = csrf;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    this.#tell();
  }

  /** Resolves once somebody signed in; rejects when they do not want to. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#tell();
    });
  }

  dismiss(): void {
    const error = new CodedError("auth.required", "You are not signed in any more.", {
      hint: "Sign in, then repeat what you did; what you typed is still here.",
    });
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#tell();
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const sessionGate = new SessionGate();
