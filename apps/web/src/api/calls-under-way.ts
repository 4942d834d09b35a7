interface Waiting {
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends a request once while it is under way: whoever asks for the same meanwhile gets the same answer. */
export class CallsUnderWay {
  readonly #waiting = new Map<string, Waiting[]>();

  async once(request: string, send: () => Promise<Response>): Promise<Response> {
    const others = this.#waiting.get(request);
    if (others !== undefined) return new Promise((resolve, reject) => others.push({ resolve, reject }));
    const waiting: Waiting[] = [];
    this.#waiting.set(request, waiting);
    try {
      const response = await send();
      for (const { resolve } of waiting) resolve(response.clone());
      return response;
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      throw error;
    } finally {
      this.#waiting.delete(request);
    }
  }
}
