const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** A word of a POSIX shell's command line, quoted where it has to be. */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `commandOf(["syncline", "diff", "a:b:*", "c:d:*"])` → `syncline diff 'a:b:*' 'c:d:*'`. */
export function commandOf(words: readonly string[]): string {
  return words.map(shellQuote).join(" ");
}
