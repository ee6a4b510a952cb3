import { chanceOf } from './chance.js';

/** What a seed makes of a run. */
export interface Plan {
  seed: number;
  /** Processes on the one store. */
  nodes: number;
  clients: number;
  /** Whether two of the clients are one user's. */
  sharesUser: boolean;
  /** How many edits each client makes. */
  edits: number;
  events: number;
  /** How long a client rests between edits, in milliseconds on average. */
  pace: number;
  /** How long a connection holds, in milliseconds on average. */
  holds: number;
  /**
   * Whether connections lose single changes, presences and answers, and reorder and double whatever they carry, as no
   * TCP does: a client notices by the gap, once there is a next change. Otherwise they are as faithful as TCP until
   * they break, but for changes, of which some are doubled or late.
   */
  isLossy: boolean;
  /** How often roles change; how often somebody is removed and let in again. */
  roleChanges: number;
  removals: number;
  /** How often an event is put into the trash, and taken out again. */
  trashings: number;
  /** How often a process is killed, and how often Redis is away. */
  kills: number;
  absences: number;
  /** How often a process is cut off from the store. */
  cuts: number;
}

/** @param full 8 clients with 100 edits each, as the goals have it; otherwise smaller, as the seed says */
export function planOf(seed: number, full: boolean): Plan {
  const chance = chanceOf(seed, 'plan');
  const nodes = chance.between(1, 3);
  const clients = full ? 8 : chance.between(2, 8);
  return {
    seed,
    nodes,
    clients,
    sharesUser: chance.happens(0.3),
    edits: full ? 100 : chance.between(20, clients > 5 ? 30 : 60),
    events: chance.between(1, 2),
    pace: chance.pick([60, 250, 600]),
    holds: chance.pick([2_500, 6_000, 20_000]),
    isLossy: chance.happens(0.5),
    roleChanges: chance.pick([0, 1, 3]),
    removals: chance.pick([0, 1, 2]),
    trashings: chance.pick([0, 0, 1]),
    kills: nodes > 1 ? chance.pick([0, 0, 1, 2]) : 0,
    cuts: nodes > 1 ? chance.pick([0, 1, 2]) : 0,
    absences: nodes > 1 ? chance.pick([0, 1, 2]) : 0,
  };
}
