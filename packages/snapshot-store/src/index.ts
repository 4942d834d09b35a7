/** Readable directories and export files behind the ports of engine. */
export {};
