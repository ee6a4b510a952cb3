import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The name of the data file in its directory. */
export const DATA_FILE = 'convene.lmdb';

/** The data file is not what it was written as. */
export class DataDamaged extends Error {
  override name = 'DataDamaged';
}

/*
 * What LMDB lays out (`mdb.c`: MDB_page_header, MDB_meta, MDB_db, MDB_node), as far as is needed to follow its trees.
 * LMDB itself trusts the file: a damaged page ends the process without a word.
 */
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const HEADER = 24;
const META = { magic: 24, version: 28, pageSize: 48, trees: [48, 96], transaction: 152, length: 160 };
const TREE = { depth: 6, root: 40, length: 48 };
const PAGE = { branch: 1, leaf: 2, overflow: 4 };
const NODE = { header: 8, isBig: 1, isTree: 2 };
const NONE = 0xffff_ffff_ffff_ffffn;

/** A page that a tree names: its number, and how many levels are below it. */
type Named = [page: number, below: number];

/**
 * Looks whether the data file is whole, before LMDB opens it: that both heads are there, and that the trees' pages
 * are what they are named as. Nobody may be writing it meanwhile.
 *
 * @param limit how many pages to look at, from the roots downwards.
 * @throws DataDamaged
 */
export function checkDataFile(file: string, limit = Infinity): void {
  const descriptor = openSync(file, 'r');
  try {
    const pages = new Pages(descriptor, fail(file));
    const waiting = pages.roots();
    let named = waiting.length;
    for (let i = 0; i < limit; i += 1) {
      // The upper ones first where it is not all of them; else the deepest, so that few are waiting.
      const next = limit === Infinity ? waiting.pop() : waiting[i];
      if (!next) {
        break;
      }
      pages.follow(...next, (page) => {
        named += 1;
        waiting.push(page);
      });
      if (named > pages.count) {
        fail(file)('a page is named twice');
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

const fail =
  (file: string) =>
  (what: string): never => {
    throw new DataDamaged(`The data file ${file} is damaged (${what}). Nothing was changed in it.`);
  };

class Pages {
  readonly count: number;
  private readonly bytes: number;
  private readonly page: Buffer;
  private readonly head: Buffer;

  constructor(
    private readonly descriptor: number,
    private readonly fail: (what: string) => never,
  ) {
    const about = fstatSync(descriptor);
    this.bytes = about.size;
    if (!about.isFile()) {
      fail('it is no file');
    }
    const first = this.headAt(0);
    const pageSize = first.readUInt32LE(META.pageSize);
    const second = this.headAt(pageSize);
    const isFirst = first.readBigUInt64LE(META.transaction) > second.readBigUInt64LE(META.transaction);
    this.head = isFirst ? first : second;
    this.page = Buffer.alloc(pageSize);
    this.count = Math.floor(this.bytes / pageSize);
  }

  /** One of the two heads; each commit writes the older one anew. */
  private headAt(position: number): Buffer {
    const head = Buffer.alloc(META.length);
    if (readSync(this.descriptor, head, 0, META.length, position) < META.length) {
      this.fail(this.bytes === 0 ? 'it is empty' : 'it is too short');
    }
    const pageSize = head.readUInt32LE(META.pageSize);
    const isPageSize = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0;
    if (
      head.readUInt32LE(META.magic) !== MAGIC ||
      head.readUInt32LE(META.version) !== VERSION ||
      !isPageSize
    ) {
      this.fail(`its head at byte ${position} is not one`);
    }
    return head;
  }

  roots(): Named[] {
    return META.trees.flatMap((at) => this.rootOf(this.head.subarray(at, at + TREE.length)));
  }

  private rootOf(tree: Buffer): Named[] {
    const root = tree.readBigUInt64LE(TREE.root);
    return root === NONE ? [] : [[Number(root), tree.readUInt16LE(TREE.depth) - 1]];
  }

  /** Checks a page, and names those that it names. */
  follow(number: number, below: number, name: (page: Named) => void): void {
    const flags = this.read(number);
    const isBranch = below > 0;
    // These, and the places of nodes, are counted from behind the header.
    const [lower, upper] = [this.page.readUInt16LE(20) + HEADER, this.page.readUInt16LE(22) + HEADER];
    const isWhole = lower <= upper && upper <= this.page.length;
    if ((flags & 7) !== (isBranch ? PAGE.branch : PAGE.leaf) || !isWhole) {
      this.fail(`page ${number} is none of a tree`);
    }
    for (let at = HEADER; at < lower; at += 2) {
      const node = this.page.readUInt16LE(at) + HEADER;
      if (node < upper || node + NODE.header > this.page.length) {
        this.fail(`page ${number} points outside itself`);
      }
      if (isBranch) {
        name([this.page.readUIntLE(node, 6), below - 1]);
      } else {
        this.checkLeaf(number, node, name);
      }
    }
  }

  private checkLeaf(number: number, node: number, name: (page: Named) => void): void {
    const size = this.page.readUInt32LE(node);
    const flags = this.page.readUInt16LE(node + 4);
    const data = node + NODE.header + this.page.readUInt16LE(node + 6);
    const isBig = (flags & NODE.isBig) !== 0;
    if (data + (isBig ? 8 : size) > this.page.length) {
      this.fail(`page ${number} holds more than a page can`);
    }
    if (isBig) {
      this.checkBig(Number(this.page.readBigUInt64LE(data)), size);
    } else if ((flags & NODE.isTree) !== 0) {
      this.rootOf(this.page.subarray(data, data + TREE.length)).forEach(name);
    }
  }

  /** A value of several pages: only the first of them has a header. */
  private checkBig(number: number, size: number): void {
    const header = Buffer.alloc(HEADER);
    readSync(this.descriptor, header, 0, HEADER, number * this.page.length);
    const isIt =
      (header.readUInt16LE(18) & 7) === PAGE.overflow && header.readBigUInt64LE(0) === BigInt(number);
    const pages = header.readUInt32LE(20);
    const holds = pages * this.page.length - HEADER;
    if (!isIt || holds < size || (number + pages) * this.page.length > this.bytes) {
      this.fail(`page ${number} is not the large value that it should be`);
    }
  }

  /** @returns the page's flags. */
  private read(number: number): number {
    const read = readSync(this.descriptor, this.page, 0, this.page.length, number * this.page.length);
    if (read < this.page.length) {
      this.fail(`page ${number} is missing`);
    }
    if (this.page.readBigUInt64LE(0) !== BigInt(number)) {
      this.fail(`page ${number} is another one`);
    }
    return this.page.readUInt16LE(18);
  }
}
