import { CodedError } from '../../../src/calendar/errors.js';
import { chanceOf, type Chance } from './chance.js';
import type { Network } from './network.js';
import { createNode, type SimNode } from './node.js';
import { elapsed, sleep } from './time.js';
import type { World } from './world.js';

/** The people and events of a run; the owner shares. */
export interface Cast {
  ownerId: string;
  userIds: readonly string[];
  eventIds: readonly string[];
}

const actor = (userId: string) => ({ userId, sessionId: 'rest', via: 'rest' as const });
/** Roles and processes as they come and go while everybody edits, spread over this time. */
const SPREAD_MS = 8_000;

/** Everything that a plan has besides edits, one after the other; it ends with everybody a member again. */
export async function disturb(world: World, network: Network, cast: Cast): Promise<void> {
  const { seed, roleChanges, removals, trashings, kills, absences, cuts } = world.plan;
  const times = (count: number, what: (chance: Chance) => Promise<void>, name: string) => {
    const chance = chanceOf(seed, name);
    return (async () => {
      for (let i = 0; i < count; i += 1) {
        await sleep(chance.between(0, SPREAD_MS));
        await what(chance);
      }
    })();
  };
  const others = cast.userIds.filter((id) => id !== cast.ownerId);
  await Promise.all([
    others.length > 0
      ? times(roleChanges, (chance) => demote(world, cast, others[0]!, chance), 'roles')
      : null,
    others.length > 0
      ? times(removals, (chance) => remove(world, cast, others.at(-1)!, chance), 'removals')
      : null,
    times(trashings, (chance) => trash(world, cast, chance), 'trashings'),
    times(kills, () => kill(world, network), 'kills'),
    times(cuts, (chance) => cutOff(world, chance), 'cuts'),
    times(absences, (chance) => leaveAlone(world, chance), 'absences'),
  ]);
}

async function demote(world: World, cast: Cast, userId: string, chance: Chance): Promise<void> {
  const eventId = chance.pick(cast.eventIds);
  const become = (role: string) =>
    insist(world, (node) => node.sharing.setRole(actor(cast.ownerId), eventId, userId, { role }));
  await become('viewer');
  await sleep(chance.between(100, 4_000));
  await become('editor');
}

async function remove(world: World, cast: Cast, userId: string, chance: Chance): Promise<void> {
  const eventId = chance.pick(cast.eventIds);
  let isOver = false;
  await insist(world, async (node) => {
    await node.sharing.remove(actor(cast.ownerId), eventId, userId);
    if (!isOver) {
      world.barred.add(`${userId} ${eventId}`);
      world.inject('removal answered');
    }
  });
  isOver = true;
  await sleep(chance.between(100, 6_000));
  world.barred.delete(`${userId} ${eventId}`);
  await insist(
    world,
    (node) => node.sharing.share(actor(cast.ownerId), eventId, { userId, role: 'editor' }),
    ['done'],
  );
}

async function trash(world: World, cast: Cast, chance: Chance): Promise<void> {
  const eventId = chance.pick(cast.eventIds);
  let isOver = false;
  await insist(world, async (node) => {
    await node.events.trash(actor(cast.ownerId), eventId, {});
    if (!isOver) {
      world.trashed.set(eventId, cast.ownerId);
      world.inject('event trashed');
    }
  });
  isOver = true;
  await sleep(chance.between(100, 6_000));
  world.trashed.delete(eventId);
  await insist(world, (node) => node.events.restore(actor(cast.ownerId), eventId), ['done']);
}

/** Asks until it is done, of any process. Not found: it was done, but the answer was another; or it is in the trash. */
async function insist(
  world: World,
  ask: (node: SimNode) => Promise<unknown>,
  enough = ['done', 'not-found'],
): Promise<void> {
  for (;;) {
    const node = world.chance.pick(world.nodes.filter(({ isDead }) => !isDead));
    const outcome = await Promise.race([
      ask(node).then(
        () => 'done',
        (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
      ),
      sleep(15_000).then(() => 'no answer'),
    ]);
    world.trace('rest', outcome);
    if (enough.includes(outcome)) {
      return;
    }
    await sleep(500);
  }
}

/** A process is killed, in the midst of whatever it does; a new one takes its place. */
async function kill(world: World, network: Network): Promise<void> {
  const node = world.chance.pick(world.nodes.filter(({ isDead }) => !isDead));
  world.inject('process killed');
  node.kill();
  network.breakTo(node);
  await sleep(world.chance.between(500, 5_000));
  const next = createNode(`node ${world.nodes.length + 1}`, world);
  await startAgain(next);
  world.nodes.push(next);
}

/** A process that cannot reach the store when it starts is started again, by whatever watches over it. */
async function startAgain(node: SimNode): Promise<void> {
  for (;;) {
    try {
      await node.start();
      return;
    } catch {
      await sleep(500);
    }
  }
}

/** As long as it lasts a process can neither say that it lives nor see what is stored. */
async function cutOff(world: World, chance: Chance): Promise<void> {
  const node = chance.pick(world.nodes);
  const ms = chance.between(1_000, 12_000);
  world.inject('process cut off from the store');
  node.cutOffUntil = elapsed() + ms;
  await sleep(ms);
}

async function leaveAlone(world: World, chance: Chance): Promise<void> {
  world.inject('Redis away');
  world.ether.setAway(true);
  await sleep(chance.between(1_000, 12_000));
  world.ether.setAway(false);
}
