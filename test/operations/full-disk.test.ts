import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asUnavailable } from '../../src/store/embedded/room.js';
import { Person, sampleEvent } from '../support/convene.js';
import { temporaryDirectory } from '../support/process.js';
import { faultOf, House } from './support.js';

const MIB = 1024 * 1024;
const place = temporaryDirectory();
const isMounted = mount();
const suite = isMounted ? describe : describe.skip;

/** A disk of its own, which is small. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', place.directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
afterAll(() => {
  if (isMounted) {
    execFileSync('umount', ['-l', place.directory]);
  }
  place.remove();
});

suite(`a disk that runs full${isMounted ? '' : ' (skipped: no small disk can be mounted here)'}`, () => {
  let house: House;
  const filler = path.join(place.directory, 'filler');
  beforeAll(async () => {
    house = await House.open(place.directory);
  });
  afterAll(() => house.process.end('SIGKILL'));

  test('is 503 for writes, loses nothing that was acknowledged, and is over when there is room', async () => {
    const ada = await house.person('ada');
    const { id } = await ada.createEvent();
    const write = (i: number) =>
      ada.patch(`/api/events/${id}`, { description: `${i} ${'x'.repeat(10_000)}` });
    let acknowledged = 0;
    const writing = (async () => {
      for (let i = 0; ; i += 1) {
        const { status, body, headers } = await write(i);
        if (status !== 200) {
          return { status, body, headers };
        }
        acknowledged = body.version;
      }
    })();
    while (acknowledged < 20) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { bavail, bsize } = statfsSync(place.directory);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 31 * MIB));
    const refused = await writing;
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable', status: 503 } });
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(JSON.stringify(refused.body)).not.toContain(place.directory);

    const socket = await ada.connect();
    const patch = [{ op: 'replace', path: '/title', value: 'No room' }];
    expect(await socket.ask('event:edit', { eventId: id, patch })).toMatchObject({
      ok: false,
      problem: { code: 'unavailable' },
    });
    expect((await ada.post('/api/events', { ...sampleEvent, title: 'No room' })).status).toBe(503);
    expect((await ada.get(`/api/events/${id}`)).body).toMatchObject({ version: acknowledged });
    expect(await faultOf(ada, id)).toBeNull();

    rmSync(filler);
    expect((await write(-1)).body.version).toBe(acknowledged + 1);
    expect(await faultOf(ada, id)).toBeNull();
    await house.close();
    house = await House.open(place.directory);
    const again = new Person(house, ada.user, ada.tokens);
    expect((await again.get(`/api/events/${id}`)).body.version).toBe(acknowledged + 1);
  }, 60_000);
});

describe('an error of the disk is one of a store that is away', () => {
  test.each([5, 27, 28, 122, -30_792, -30_795])('code %d', (code) => {
    const error = Object.assign(new Error('No space left on device'), { code });
    expect(asUnavailable(error)).toMatchObject({ code: 'unavailable', cause: error });
  });
  test('others stay what they are', () => {
    expect(asUnavailable(new Error('There is an event x already'))).toBeNull();
    expect(asUnavailable(Object.assign(new Error('no'), { code: 22 }))).toBeNull();
  });
});
