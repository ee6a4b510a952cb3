// A schedule-conflict check beside one expansion of everything that it is checked against.
import { interleaved, rowOf } from '../lib/compare.mjs';
import { instant, oneOfMany, TODAY } from '../lib/events.mjs';
import { load } from '../lib/http-load.mjs';
import { newPlace } from '../lib/place.mjs';
import { startConvene, startYardstick } from '../lib/server.mjs';

/** @typedef {import('../main.mjs').Settings} Settings */

const DAY = 86_400_000;
/** Each on another day. */
const CHECKS = 100;

/** @param {Settings} settings @returns {Promise<import('../lib/figures.mjs').Row[]>} */
export async function conflicts(settings) {
  const place = newPlace(settings.store);
  const { token } = await place.sow(async (sower) => {
    const user = await sower.user('ada');
    await sower.events(user.id, 10_000, oneOfMany);
    return user;
  });
  const [ours, theirs] = [await startConvene(place.environment), await startYardstick('expansion')];
  /** @param {string | null} recurrence */
  const check = (recurrence) => () =>
    load(
      ours,
      {
        method: 'POST',
        path: '/api/events/conflicts',
        token,
        amount: CHECKS,
        next: ({ sent }) => ({
          body: {
            start: instant(TODAY + sent * DAY),
            end: instant(TODAY + sent * DAY + 3_600_000),
            recurrence,
          },
        }),
      },
      1,
    );
  try {
    await check(null)();
    await ours.quiet();
    const samples = await interleaved({
      single: check(null),
      weekly: check('FREQ=WEEKLY'),
      theirs: () => load(theirs, { path: '/', amount: 1 }, 1),
    });
    await settings.profile('conflicts', ours, check('FREQ=WEEKLY'));
    const about = { part: 'conflicts', yardstick: 'one expansion of all for a year', atMost: 1 / 50 };
    return [
      rowOf({ ...about, work: 'conflict check among 10,000, single' }, samples.single, samples.theirs),
      rowOf({ ...about, work: 'conflict check among 10,000, weekly' }, samples.weekly, samples.theirs),
    ];
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
    await place.remove();
  }
}
