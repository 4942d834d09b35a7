const PERSON = /^user:(\S+)/;
const KEY = /^key:(\S+)/;

/** Who did something, as people say it: the address of a person, whatever they used; "key 3f1c9a0b" of a program. */
export function actorText(actor: string): string {
  const person = PERSON.exec(actor)?.[1];
  if (person !== undefined) return person;
  const key = KEY.exec(actor)?.[1];
  return key === undefined ? actor : `key ${key.slice(0, 8)}`;
}
