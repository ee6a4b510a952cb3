import type { Content } from '../../../src/calendar/content.js';
import { parseContent } from '../../../src/calendar/content.js';
import { effectivePatch } from '../../../src/calendar/difference.js';
import type { Role } from '../../../src/calendar/access.js';
import { indexKeys } from '../../../src/service/commit-change.js';
import type { NewEvent } from '../../../src/service/ports.js';
import { Author } from './author.js';
import { chanceOf } from './chance.js';
import { check } from './checks.js';
import { disturb, type Cast } from './disturb.js';
import { Network } from './network.js';
import { createNode } from './node.js';
import { planOf, type Plan } from './plan.js';
import { during, elapsed, giveTimeBack, pass, takeTime } from './time.js';
import { World } from './world.js';

/** How long all edits and disturbances may take, and how long until everybody is back. */
const WORK_MS = 30 * 60_000;
const CONVERGE_MS = 120_000;
/** What nobody was told of is sent within so long of its answer, as `realtime.md` says, and then takes its way. */
const UNTOLD_MS = 10_200;
/** For so long whatever is under way may arrive; then nothing more may happen for as long as that. */
const SETTLE_MS = 20_000;
const QUIET_MS = 30_000;

/** What a run came to. */
export interface Report {
  plan: Plan;
  /** What was wrong; nothing, where all is well. */
  complaints: string[];
  /** Of everything that happened, with its times. */
  digest: string;
  injected: ReadonlyMap<string, number>;
  edits: number;
  refusals: number;
  versions: number;
  /** How long it took, once the network was whole, until everybody had everything; milliseconds. */
  convergedAfter: number;
}

/** Runs one seed, in its own time. */
export async function simulate(seed: number, full = false): Promise<Report> {
  const plan = planOf(seed, full);
  takeTime(chanceOf(seed, 'Math.random').next);
  try {
    return await run(plan);
  } catch (error) {
    throw new Error(`seed ${seed} (${JSON.stringify(plan)}): ${String(error)}`, { cause: error });
  } finally {
    giveTimeBack();
  }
}

async function run(plan: Plan): Promise<Report> {
  const world = new World(plan);
  const network = new Network(world);
  world.isFaulty = false;
  for (let i = 1; i <= plan.nodes; i += 1) {
    const node = createNode(`node ${i}`, world);
    world.nodes.push(node);
    await during(node.start());
  }
  const cast = await castOf(world);
  const authors = cast.userIds.map((userId, i) => new Author(`c${i}`, userId, cast.eventIds, network, world));
  world.isFaulty = true;
  authors.forEach((author) => author.start());

  const work = Promise.all([...authors.map((author) => author.work()), disturb(world, network, cast)]);
  await during(work, WORK_MS);
  const convergedAfter = await heal(world, authors);
  await quiet(world, network);
  await check(world, authors, cast.eventIds);

  authors.forEach((author) => author.close());
  world.nodes.forEach((node) => node.close());
  world.writeTrace();
  const edits = authors.flatMap((author) => author.edits);
  return {
    plan,
    complaints: world.complaints,
    digest: world.digest(),
    injected: world.injected,
    edits: edits.length,
    refusals: edits.filter(({ refusal }) => refusal !== undefined).length,
    versions: cast.eventIds.reduce((sum, id) => sum + world.store.document(id).event.version, 0),
    convergedAfter,
  };
}

/**
 * From now on nothing goes wrong any more: everybody comes back and says what is left to be said; no connection is
 * broken any more. Then there is one more change of every event. Where single messages were lost it shows those who
 * miss something without knowing; otherwise nobody is told of it, and the server has to find it by itself.
 *
 * @returns how long it took from then on until everybody had everything, in milliseconds
 */
async function heal(world: World, authors: readonly Author[]): Promise<number> {
  world.isFaulty = false;
  await until(world, CONVERGE_MS, 'everybody is back', () => authors.every((author) => author.isResting()));
  world.isMute = !world.plan.isLossy;
  await during(authors[0]?.conclude() ?? Promise.resolve());
  const concludedAt = elapsed();
  await until(world, UNTOLD_MS, 'all agree', () => authors.every((author) => author.isDone()));
  world.isMute = false;
  return elapsed() - concludedAt;
}

/** Until a condition holds, which it is a fault to wait for any longer. */
async function until(world: World, ms: number, what: string, condition: () => boolean): Promise<void> {
  const deadline = elapsed() + ms;
  while (!condition()) {
    if (elapsed() > deadline) {
      world.complain(`waited for ${ms} ms in vain until ${what}`);
      return;
    }
    await pass(100);
  }
}

/** Once all agree nobody has anything to say, for longer than half-open connections last. */
async function quiet(world: World, network: Network): Promise<void> {
  await pass(SETTLE_MS);
  const { sent } = network;
  await pass(QUIET_MS);
  if (network.sent > sent) {
    world.complain(`clients sent ${network.sent - sent} messages when there was nothing to say`);
  }
}

const idOf = (what: string, n: number): string => (what + String(n)).padStart(24, '0');
const userIdOf = (n: number): string => idOf('a', n);

/** Who is there, and the events, which are stored; everybody may edit. */
async function castOf(world: World): Promise<Cast> {
  const { clients, sharesUser, events } = world.plan;
  const userIds = Array.from({ length: clients }, (_, i) => userIdOf(sharesUser && i === 1 ? 0 : i));
  const eventIds = Array.from({ length: events }, (_, i) => idOf('e', i));
  await world.store.insert(eventIds.map((id) => newEvent(id, [...new Set(userIds)])));
  return { ownerId: userIdOf(0), userIds, eventIds };
}

const CONTENT: Content = parseContent({
  title: 'Simulated',
  description: 'one\ntwo\nthree\nfour',
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
});

function newEvent(id: string, userIds: readonly string[]): NewEvent {
  const at = new Date().toISOString();
  const [ownerId = ''] = userIds;
  const member = (userId: string, role: Role) => ({ userId, role, grantedBy: ownerId, grantedAt: at });
  return {
    event: {
      id,
      version: 1,
      ownerId,
      content: CONTENT,
      createdAt: at,
      updatedAt: at,
      updatedBy: ownerId,
      deletedAt: null,
    },
    keys: indexKeys(CONTENT),
    entries: [
      { version: 1, kind: 'create', at, by: ownerId, via: 'rest', patch: effectivePatch({}, CONTENT) },
    ],
    members: userIds.map((userId) => member(userId, userId === ownerId ? 'owner' : 'editor')),
  };
}
