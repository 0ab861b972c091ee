const codes = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36, dim: 2 } as const;

/** Puts text in a colour, or leaves it as it is where colour is off. */
export type Paint = (color: keyof typeof codes, text: string) => string;

/** What painting adds to a text; to be left out when its width is measured. */
const paintCode = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");

export const visibleLength = (text: string): number => text.replaceAll(paintCode, "").length;

export const painter = (on: boolean): Paint => (on ? (color, text) => `\u001b[${codes[color]}m${text}\u001b[0m` : (_, text) => text);
