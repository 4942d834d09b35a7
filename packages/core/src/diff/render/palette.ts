type Paint = (text: string) => string;

/** Colours of terminal formats by meaning; every function gives its text back unchanged when colour is off. */
export interface Palette {
  readonly insert: Paint;
  readonly update: Paint;
  readonly delete: Paint;
  readonly heading: Paint;
  readonly quiet: Paint;
  readonly good: Paint;
  readonly warning: Paint;
}

function paint(open: number, close: number, color: boolean): Paint {
  return color ? (text) => (text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`) : (text) => text;
}

export function createPalette(color: boolean): Palette {
  return {
    insert: paint(32, 39, color),
    update: paint(33, 39, color),
    delete: paint(31, 39, color),
    heading: paint(1, 22, color),
    quiet: paint(2, 22, color),
    good: paint(32, 39, color),
    warning: paint(33, 39, color),
  };
}
