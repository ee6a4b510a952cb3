import { isUtf8 } from 'node:buffer';
import { encode } from '@msgpack/msgpack';
import type { Json, JsonObject } from '../calendar/json.js';

/** Levels of nesting that may be written: what is stored has at most 64, and an answer a few around it. */
const MAX_WRITE_DEPTH = 200;
/** Values that are read at most. `checkJson` takes fewer and says so; a byte can be a list, and a list costs a hundred. */
const MAX_READ_VALUES = 200_000;

/** JSON as MessagePack. As in JSON, a member that is undefined is left away. */
export function writeMessagePack(value: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = encode(value, {
    ignoreUndefined: true,
    maxDepth: MAX_WRITE_DEPTH,
  });
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Reads one MessagePack value that says what JSON can say. The decoders there are make dates, buffers, NaN and keys
 * of any kind, allocate what a header announces, or go as deep as they are sent; this one takes time and memory in
 * proportion to the bytes it got, at any depth.
 *
 * Refused is what JSON could not have brought: bin, ext, NaN and infinities, keys that are no strings, text that is
 * not UTF-8, bytes missing or left over. What JSON does bring (forbidden keys, NUL, depth) is read as `JSON.parse`
 * would, for `checkJson` to answer. JavaScript's undefined, an extension of the Socket.IO clients, is what
 * `JSON.stringify` makes of it: a member left away, a null in a list.
 *
 * @throws Error saying at which byte it is not
 */
export function readMessagePack(bytes: Uint8Array): Json {
  const input = new Input(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const root = new List(1);
  const open: Container[] = [root];
  let values = 0;
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    if (inner.left === 0) {
      open.pop();
      continue;
    }
    inner.left -= 1;
    values += 1;
    if (values > MAX_READ_VALUES) {
      input.refuse('more values than are taken');
    }
    const key = inner instanceof List ? '' : input.key();
    const item = input.next();
    if (item instanceof List || item instanceof Members) {
      inner.put(key, item.value);
      open.push(item);
    } else {
      inner.put(key, item);
    }
  }
  input.end();
  return root.value[0] ?? null;
}

type Scalar = string | number | boolean | null | undefined;

/** A list being read, and how many items are still to come. */
class List {
  readonly value: Json[] = [];
  constructor(public left: number) {}

  put(_key: string, item: Json | undefined): void {
    this.value.push(item ?? null);
  }
}

/** An object being read, and how many members are still to come. */
class Members {
  readonly value: JsonObject = {};
  constructor(public left: number) {}

  put(key: string, item: Json | undefined): void {
    if (item === undefined) {
      return;
    }
    if (key === '__proto__') {
      // An own member, as JSON.parse makes it: assigned, it would be the prototype, and pass unseen.
      const own = { value: item, enumerable: true, configurable: true, writable: true };
      Object.defineProperty(this.value, key, own);
    } else {
      this.value[key] = item;
    }
  }
}

type Container = List | Members;

/** The bytes, and how far they are read. Prefixes are those of the MessagePack specification. */
class Input {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  next(): Scalar | Container {
    const prefix = this.uint(1);
    if (prefix < 0x80) {
      return prefix;
    }
    if (prefix < 0x90) {
      return this.members(prefix & 0x0f);
    }
    if (prefix < 0xa0) {
      return this.list(prefix & 0x0f);
    }
    if (prefix < 0xc0) {
      return this.text(prefix & 0x1f);
    }
    return prefix >= 0xe0 ? prefix - 0x100 : this.long(prefix);
  }

  key(): string {
    const key = this.next();
    return typeof key === 'string' ? key : this.refuse('a key that is not a string');
  }

  end(): void {
    if (this.at < this.bytes.length) {
      this.refuse('bytes left over');
    }
  }

  /** Those whose length or value follows the prefix. */
  private long(prefix: number): Scalar | Container {
    switch (prefix) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.finite(this.bytes.readFloatBE(this.take(4)));
      case 0xcb:
        return this.finite(this.bytes.readDoubleBE(this.take(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.uint(2 ** (prefix - 0xcc));
      case 0xcf:
        return Number(this.bytes.readBigUInt64BE(this.take(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.int(2 ** (prefix - 0xd0));
      case 0xd3:
        return Number(this.bytes.readBigInt64BE(this.take(8)));
      case 0xd4:
        return this.uint(2) >> 8 === 0 ? undefined : this.refuse('an extension');
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.uint(2 ** (prefix - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.list(this.uint(2 * (prefix - 0xdb)));
      case 0xde:
      case 0xdf:
        return this.members(this.uint(2 * (prefix - 0xdd)));
      default:
        return this.refuse('binary or an extension');
    }
  }

  private list(count: number): List {
    return new List(this.backed(count));
  }

  private members(count: number): Members {
    return new Members(this.backed(2 * count) / 2);
  }

  private text(size: number): string {
    const start = this.take(size);
    const text = this.bytes.subarray(start, this.at);
    return isUtf8(text) ? text.toString('utf8') : this.refuse('text that is not UTF-8');
  }

  private uint(size: number): number {
    return this.bytes.readUIntBE(this.take(size), size);
  }

  private int(size: number): number {
    return this.bytes.readIntBE(this.take(size), size);
  }

  private finite(number: number): number {
    return Number.isFinite(number) ? number : this.refuse('a number that JSON has not');
  }

  /** Where the next `size` bytes begin, which are taken by this. */
  private take(size: number): number {
    const start = this.at;
    this.at += this.backed(size);
    return start;
  }

  /** A count of items or bytes to come; each item takes a byte at least, so more than are left are a lie. */
  private backed(count: number): number {
    return count <= this.bytes.length - this.at ? count : this.refuse('fewer bytes than it announces');
  }

  refuse(what: string): never {
    throw new Error(`malformed MessagePack: ${what}, at byte ${this.at}`);
  }
}
