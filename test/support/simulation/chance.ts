import { randomFrom } from '../../service/house.js';

/** Chance that a seed decides. */
export interface Chance {
  /** From 0 to 1, exclusive. */
  next(): number;
  /** True with this probability. */
  happens(probability: number): boolean;
  /** A whole number; both included. */
  between(min: number, max: number): number;
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T;
  /** How long something lasts that ends at any moment with the same probability. */
  lasting(mean: number): number;
}

/** Several streams of one seed do not disturb each other. */
export function chanceOf(seed: number, stream: string): Chance {
  const mixed = Buffer.from(stream).reduce((sum, letter) => Math.imul(sum ^ letter, 0x01000193), seed + 1);
  const next = randomFrom(mixed);
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    happens: (probability) => next() < probability,
    between,
    pick: (list) => list[between(0, list.length - 1)]!,
    lasting: (mean) => -Math.log(1 - next()) * mean,
  };
}
