import { LRUCache } from 'lru-cache';
import { frozen } from '../frozen.js';
import type { Environment } from './environment.js';

/** A table whose values, read of late, are kept at hand decoded until they are written again. */
export interface AtHand<V> {
  /** Frozen, all of it: it is given to everybody who reads it. */
  get(...key: string[]): V | undefined;
  has(...key: string[]): boolean;
  /** Within a write. */
  put(value: V, ...key: string[]): void;
  /** Within a write. */
  remove(...key: string[]): void;
}

/** How values stand in the table. */
export interface Codec<V> {
  decode(text: string): V;
  encode(value: V): string;
}

/** @param characters of JSON whose values are kept; decoded they take two to four times as many bytes */
export function atHand<V extends object>(
  environment: Environment,
  name: string,
  characters: number,
  { decode, encode }: Codec<V> = { decode: (text) => JSON.parse(text) as V, encode: JSON.stringify },
): AtHand<V> {
  const texts = environment.textTable(name);
  const kept = new LRUCache<string, V>({ maxSize: characters });

  return {
    get: (...key) => {
      const known = kept.get(nameOf(key));
      if (known) {
        return known;
      }
      const text = texts.get(keyOf(key));
      if (text === undefined) {
        return undefined;
      }
      const value = frozen(decode(text));
      // What a write has not finished may still be undone.
      if (!environment.isWriting()) {
        kept.set(nameOf(key), value, { size: text.length });
      }
      return value;
    },
    has: (...key) => texts.doesExist(keyOf(key)),
    put: (value, ...key) => {
      kept.delete(nameOf(key));
      texts.putSync(keyOf(key), encode(value));
    },
    remove: (...key) => {
      kept.delete(nameOf(key));
      texts.removeSync(keyOf(key));
    },
  };
}

const keyOf = (key: string[]): string | string[] => (key.length === 1 ? (key[0] ?? '') : key);
const nameOf = (key: string[]): string => (key.length === 1 ? (key[0] ?? '') : key.join('\0'));
