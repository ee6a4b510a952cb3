/** Something of these, any as likely as any other; undefined where there is nothing. */
export const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

/** Somewhere between these. */
export const between = (least: number, most: number): number => least + Math.random() * (most - least);
