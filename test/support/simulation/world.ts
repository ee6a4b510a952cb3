import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { memoryStore } from '../../service/house.js';
import type { NodeStore } from '../../../src/service/ports.js';
import { chanceOf, type Chance } from './chance.js';
import { Ether } from './ether.js';
import { memoryNodes } from './stores.js';
import type { Plan } from './plan.js';
import type { SimNode } from './node.js';
import { elapsed } from './time.js';

/** Where every step is written down, for people; nowhere, if it is not set. */
const TRACE_FILE = process.env['SIMULATION_TRACE'];

/** What everything in one run shares. */
export class World {
  readonly store = memoryStore();
  readonly nodeStore: NodeStore = memoryNodes();
  readonly ether = new Ether(this);
  readonly nodes: SimNode[] = [];
  readonly chance: Chance;
  /** Whether anything still goes wrong. */
  isFaulty = true;
  /** Whether nothing that is stored is told: no process hears another, and each write seems to have failed. */
  isMute = false;
  /** What went wrong on purpose, by kind. */
  readonly injected = new Map<string, number>();
  /** What should not have happened. */
  readonly complaints: string[] = [];
  /** `user event` of those who were removed, and whose removal has been answered. */
  readonly barred = new Set<string>();
  /** The owners of events that are in the trash, by event, once that has been answered. */
  readonly trashed = new Map<string, string>();
  /**
   * Notes of edits of which there is more than one copy: doubled on the way, or sent again while the first may still be
   * under way in a process that is cut off. Refused edits are not remembered, so that of two copies one may be refused
   * and the other stored.
   */
  readonly doubled = new Set<string>();
  private readonly sent = new Set<string>();
  private readonly hash = createHash('sha256');
  private readonly lines: string[] = [];

  constructor(readonly plan: Plan) {
    this.chance = chanceOf(plan.seed, 'network');
  }

  /** A copy of an edit goes out. */
  sentEdit(note: string): void {
    (this.sent.has(note) ? this.doubled : this.sent).add(note);
  }

  /** Whether a fault of this kind happens now. */
  strikes(kind: string, probability: number): boolean {
    if (!this.isFaulty || !this.chance.happens(probability)) {
      return false;
    }
    this.inject(kind);
    return true;
  }

  inject(kind: string): void {
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1);
    this.trace('fault', kind);
  }

  /** What happens when: the same in every run of a seed. */
  trace(...what: unknown[]): void {
    const line = `${elapsed()} ${what.join(' ')}`;
    this.hash.update(line).update('\n');
    if (TRACE_FILE !== undefined) {
      this.lines.push(line);
    }
  }

  complain(what: string): void {
    this.complaints.push(`${elapsed()} ms: ${what}`);
  }

  writeTrace(): void {
    if (TRACE_FILE !== undefined) {
      writeFileSync(TRACE_FILE, this.lines.join('\n'));
    }
  }

  digest(): string {
    return this.hash.digest('hex');
  }
}
