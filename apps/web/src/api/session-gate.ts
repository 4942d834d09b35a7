import { CodedError } from "@syncline/core";

type Listener = () => void;

/** Who is signed in, and what their browser sends along. */
interface SignedIn {
  readonly userId: string;
  readonly csrf: string;
}

/**
 * Holds calls that met an ended session until the person has signed in again, so that nothing typed is lost: the call
 * goes out once more then. One sign-in lets all go on. A page belongs to one person: what they began never goes out in
 * somebody else's name, however that one signed in.
 */
export class SessionGate {
  #csrf = "";
  #userId: string | null = null;
  #ended = false;
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  readonly #listeners = new Set<Listener>();
  readonly #leave: () => void;

  /** `leave` takes the browser to a page that starts anew. */
  constructor(leave: () => void) {
    this.#leave = leave;
  }

  get csrf(): string {
    return this.#csrf;
  }

  /** Whether somebody has to sign in before held calls go on. */
  get isClosed(): boolean {
    return this.#ended || this.#waiting.length > 0;
  }

  /** Whether somebody was signed in since the page was loaded. */
  get isTaken(): boolean {
    return this.#userId !== null;
  }

  /** False: it is another person than the page's, and the page is left. */
  signedIn({ userId, csrf }: SignedIn): boolean {
    if (this.#userId !== null && this.#userId !== userId) {
      this.#leave();
      this.dismiss();
      return false;
    }
    this.#userId = userId;
    this.#csrf = csrf;
    this.#ended = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    this.#tell();
    return true;
  }

  /** Asks for a sign-in though no call waits for it. */
  end(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Resolves once the person signed in; rejects when they do not want to. */
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
    this.#ended = false;
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

export const sessionGate = new SessionGate(() => location.assign("/"));
