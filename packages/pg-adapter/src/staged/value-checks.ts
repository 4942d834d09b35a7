import { survivesParsing } from "../write/whole-values.ts";

/** Judges texts that a type's input function would take but round or cut. */
export interface ValueCheck {
  readonly type: string;
  keeps(text: string): boolean;
}

const LOSSY = new Set(["real", "double precision", "date", "name", '"char"']);
const NUMERIC = /^numeric\((\d+)(?:, ?(-?\d+))?\)$/;
const TIMED = /^(?:time|timestamp|interval[a-z ]*)(?:\((\d)\))?(?: with(?:out)? time zone)?$/;
const VARYING = /^(?:character varying|varchar)\((\d+)\)$/;
const FULL_PRECISION = 6;

/** Null where the type keeps everything that it accepts. `type` is a name as `format_type` writes it. */
export function valueCheck(type: string): ValueCheck | null {
  if (LOSSY.has(type)) return { type, keeps: (text) => survivesParsing(type, text) };
  const numeric = NUMERIC.exec(type);
  if (numeric !== null) return decimalCheck(type, Number(numeric[2] ?? 0));
  const timed = TIMED.exec(type);
  if (timed !== null) return fractionCheck(type, Number(timed[1] ?? FULL_PRECISION));
  const varying = VARYING.exec(type);
  return varying === null ? null : lengthCheck(type, Number(varying[1]));
}

function decimalCheck(type: string, scale: number): ValueCheck {
  const digits = /^\s*[-+]?\d*\.?(\d*)\s*$/;
  return {
    type,
    keeps(text) {
      const fraction = digits.exec(text)?.[1];
      // Exponents, NaN and infinities are the server's to judge, and so is a negative scale.
      if (fraction === undefined || scale < 0) return true;
      return fraction.replace(/0+$/, "").length <= scale;
    },
  };
}

function fractionCheck(type: string, precision: number): ValueCheck {
  return {
    type,
    keeps: (text) => (/\.(\d+)/.exec(text)?.[1] ?? "").replace(/0+$/, "").length <= precision,
  };
}

/** Too many characters are an error of the server unless the surplus is blanks, which it cuts in silence. */
function lengthCheck(type: string, length: number): ValueCheck {
  return {
    type,
    keeps: (text) => text.length <= length || !text.endsWith(" ") || [...text].length <= length,
  };
}
