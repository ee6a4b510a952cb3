import { describe, expect, test } from '@jest/globals';
import type {
  AccountStore,
  DeliveryRecord,
  DeliveryStore,
  Store,
  WebhookRecord,
  WebhookStore,
} from '../../src/service/ports.js';
import { AT, atOnce, DAY, later, newId, newUser } from './samples.js';
import { dead, delivered, FUTURE, newDelivery, newWebhook } from './webhook-samples.js';

/** `WebhookStore` and `DeliveryStore`: whom to tell, and what is on its way to them. */
export function webhooksContract(open: () => Store): void {
  const store = (): WebhookStore => open().webhooks;
  const deliveries = (): DeliveryStore => open().deliveries;
  const accounts = (): AccountStore => open().accounts;
  const inserted = async (more: Partial<WebhookRecord> = {}): Promise<WebhookRecord> => {
    const webhook = newWebhook(more);
    expect(await store().insert(webhook, 20)).toBe(true);
    return webhook;
  };
  /** Deliveries of one event, of version 2 and so on. */
  const enqueued = async (
    of: WebhookRecord,
    count: number,
    more: Partial<DeliveryRecord> = {},
  ): Promise<DeliveryRecord[]> => {
    const eventId = newId();
    const all = Array.from({ length: count }, (_, i) =>
      newDelivery(of, { eventId, version: i + 2, ...more }),
    );
    await deliveries().enqueue({ webhookId: of.id, eventId }, all, count + 1);
    return all;
  };
  const headsOf = async ({ id }: WebhookRecord, limit = 99) =>
    (await deliveries().heads(id, limit)).map((head) => head.id);
  const idsOf = (all: readonly DeliveryRecord[]): string[] => all.map(({ id }) => id);

  describe('a webhook', () => {
    test('is found by its id and by its user, the oldest first', async () => {
      const first = newWebhook();
      const second = newWebhook({ userId: first.userId, eventId: newId(), events: [], pausedAt: AT });
      await store().insert(second, 9);
      await store().insert(first, 9);
      await inserted();
      expect(await store().find(second.id)).toStrictEqual(second);
      expect(await store().of(first.userId)).toStrictEqual([first, second]);
      expect(await store().find(newId())).toBeNull();
      expect(await store().of(newId())).toEqual([]);
    });

    test('is one of no more than the limit', async () => {
      const { userId } = newWebhook();
      const insert = () => store().insert(newWebhook({ userId }), 2);
      expect([await insert(), await insert(), await insert()]).toEqual([true, true, false]);
      expect(await store().of(userId)).toHaveLength(2);
    });

    test('is changed by its user alone; what is not named stays', async () => {
      const webhook = await inserted();
      const change = { url: 'https://other.example.com/', events: [], active: false, pausedAt: later(9) };
      expect(await store().update(newId(), webhook.id, change)).toBeNull();
      expect(await store().find(webhook.id)).toStrictEqual(webhook);
      expect(await store().update(webhook.userId, webhook.id, change)).toStrictEqual({
        ...webhook,
        ...change,
      });
      await store().saw(webhook.id, 99);
      expect(await store().find(webhook.id)).toStrictEqual({ ...webhook, ...change, seenTo: 99 });
      expect(await store().update(webhook.userId, newId(), change)).toBeNull();
    });

    test('is found among those of its user while it is active', async () => {
      const [one, other, idle] = [await inserted(), await inserted(), await inserted({ active: false })];
      const users = [one.userId, idle.userId, newId(), one.userId];
      expect(await store().activeOf(users)).toStrictEqual([one]);
      expect(await store().activeOf([])).toEqual([]);
      expect(await store().anyActive()).toBe(true);
      await store().update(one.userId, one.id, { active: false });
      await store().update(idle.userId, idle.id, { active: true });
      expect(idsOf((await store().activeOf([...users, other.userId])) as never[]).sort()).toEqual(
        [idle.id, other.id].sort(),
      );
    });

    test('is removed by its user alone, once, with all that is kept for it', async () => {
      const webhook = await inserted();
      const [first] = await enqueued(webhook, 2);
      const [others] = await enqueued(await inserted(), 1);
      expect(await store().remove(newId(), webhook.id)).toBe(false);
      const removed = await atOnce(5, () => store().remove(webhook.userId, webhook.id));
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect(await store().find(webhook.id)).toBeNull();
      expect(await store().of(webhook.userId)).toEqual([]);
      expect(await deliveries().list({ webhookId: webhook.id, limit: 9 })).toEqual([]);
      expect(await deliveries().standing(webhook.id, first?.eventId ?? '')).toEqual({
        version: null,
        pending: 0,
      });
      expect(await deliveries().find(others?.webhookId ?? '', others?.id ?? '')).toStrictEqual(others);
      await enqueued(webhook, 2);
      expect(await deliveries().list({ webhookId: webhook.id, limit: 9 })).toEqual([]);
    });

    test.each(['removeUser', 'depart'] as const)('goes with its user’s account (%s)', async (how) => {
      const user = newUser();
      await accounts().insertUser(user);
      const [own, others] = [await inserted({ userId: user.id }), await inserted()];
      const [pending] = await enqueued(own, 1);
      await (how === 'depart'
        ? accounts().depart({ userId: user.id, transferTo: null, at: own.createdAt })
        : accounts().removeUser(user.id));
      expect(await store().find(own.id)).toBeNull();
      expect(await deliveries().find(own.id, pending?.id ?? '')).toBeNull();
      expect(await store().find(others.id)).toStrictEqual(others);
    });
  });

  describe('a webhook is to be looked at', () => {
    const isDue = async ({ id }: WebhookRecord, now: number): Promise<boolean> =>
      (await store().due(now, 10_000)).includes(id);

    test('when it is new, and then when it has rested', async () => {
      const webhook = await inserted();
      expect(await isDue(webhook, 1_000)).toBe(true);
      await store().rest(webhook.id, 5_000);
      expect([await isDue(webhook, 4_999), await isDue(webhook, 5_000)]).toEqual([false, true]);
    });

    test('when it is woken, no later', async () => {
      const webhook = await inserted();
      await store().rest(webhook.id, 5_000);
      await store().wake([webhook.id, newId()], 9_000);
      await store().wake([webhook.id], 3_000);
      await store().wake([webhook.id], 4_000);
      expect([await isDue(webhook, 2_999), await isDue(webhook, 3_000)]).toEqual([false, true]);
    });

    test('when it was changed, and not while it is not active', async () => {
      const webhook = await inserted();
      await store().rest(webhook.id, 5_000);
      await store().update(webhook.userId, webhook.id, { active: false });
      expect(await isDue(webhook, 9_000)).toBe(false);
      await store().update(webhook.userId, webhook.id, { active: true });
      expect(await isDue(webhook, 1)).toBe(true);
    });

    test('and of several, as many as are asked for', async () => {
      await atOnce(3, () => inserted());
      expect(await store().due(1, 2)).toHaveLength(2);
    });
  });

  describe('deliveries', () => {
    test('are enqueued once, and it is known how far that has come', async () => {
      const webhook = await inserted();
      const eventId = newId();
      const place = { webhookId: webhook.id, eventId };
      expect(await deliveries().standing(webhook.id, eventId)).toEqual({ version: null, pending: 0 });
      const [two, three, four] = [2, 3, 4].map((version) => newDelivery(webhook, { eventId, version }));
      await deliveries().enqueue(place, [two!, three!], 3);
      await deliveries().settle(two!, delivered);
      await atOnce(5, () => deliveries().enqueue(place, [two!, three!, four!], 6));
      await deliveries().enqueue(place, [], 5);
      expect(await deliveries().standing(webhook.id, eventId)).toEqual({ version: 6, pending: 2 });
      expect(await deliveries().find(webhook.id, two!.id)).toStrictEqual({ ...two, ...delivered });
      expect(await deliveries().find(webhook.id, four!.id)).toStrictEqual(four);
      expect(await deliveries().list({ webhookId: webhook.id, limit: 9 })).toHaveLength(3);
    });

    test('the first of each event is at the head, those first that are to be tried first', async () => {
      const webhook = await inserted();
      const slow = await enqueued(webhook, 3, { nextAttemptAt: later(9) });
      const fast = await enqueued(webhook, 3, { nextAttemptAt: later(1) });
      await enqueued(await inserted(), 1);
      expect(await headsOf(webhook)).toEqual([fast[0]?.id, slow[0]?.id]);
      expect(await headsOf(webhook, 1)).toEqual([fast[0]?.id]);
      await deliveries().settle(fast[0]!, delivered);
      await deliveries().settle(slow[0]!, dead);
      expect(await headsOf(webhook)).toEqual([fast[1]?.id, slow[1]?.id]);
      const again = { ...fast[0]!, ...delivered };
      const anew = { ...dead, state: 'pending', attempts: 0, nextAttemptAt: AT } as const;
      expect(await deliveries().settle(again, anew)).toBe(true);
      expect(await headsOf(webhook)).toEqual([fast[0]?.id, slow[1]?.id]);
    });

    test('are settled by whoever knows how they stand, with all there is to say', async () => {
      const webhook = await inserted();
      const [one] = (await enqueued(webhook, 1)) as [DeliveryRecord];
      const failed = {
        state: 'pending',
        attempts: 1,
        status: 500,
        error: 'status',
        deliveredAt: null,
      } as const;
      const retry = { ...failed, nextAttemptAt: later(5), lastAttemptAt: later(1) };
      const settled = await atOnce(5, () => deliveries().settle(one, retry));
      expect(settled.filter(Boolean)).toHaveLength(1);
      expect(await deliveries().find(webhook.id, one.id)).toStrictEqual({ ...one, ...retry });
      expect(await deliveries().settle({ ...one, ...retry }, dead)).toBe(true);
      expect(await deliveries().find(webhook.id, one.id)).toStrictEqual({ ...one, ...dead });
      expect(await deliveries().settle({ ...one, ...retry }, delivered)).toBe(false);
      expect(await deliveries().settle({ ...one, ...dead }, retry)).toBe(true);
      expect(await deliveries().find(webhook.id, one.id)).toStrictEqual({ ...one, ...retry });
      expect(await deliveries().settle(newDelivery(webhook), delivered)).toBe(false);
    });

    test('are listed by page, the newest first, and by state', async () => {
      const webhook = await inserted();
      const all = await enqueued(webhook, 5);
      await deliveries().settle(all[1]!, delivered);
      await deliveries().settle(all[3]!, dead);
      const ordered = idsOf(all).sort().reverse();
      const pages: string[][] = [];
      for (let after: string | undefined; pages.flat().length < 5;) {
        const page = await deliveries().list({ webhookId: webhook.id, limit: 2, ...(after && { after }) });
        pages.push(idsOf(page));
        after = page.at(-1)?.id;
      }
      expect(pages).toEqual([ordered.slice(0, 2), ordered.slice(2, 4), ordered.slice(4)]);
      const list = async (state: DeliveryRecord['state']) =>
        idsOf(await deliveries().list({ webhookId: webhook.id, state, limit: 9 }));
      expect(await list('delivered')).toEqual([all[1]?.id]);
      expect(await list('dead')).toEqual([all[3]?.id]);
      expect(await list('pending')).toEqual(ordered.filter((id) => id !== all[1]?.id && id !== all[3]?.id));
    });

    test('that are pending are dropped: of an event, up to a version', async () => {
      const webhook = await inserted();
      const [first, others] = [await enqueued(webhook, 4), await enqueued(webhook, 1)];
      const place = { webhookId: webhook.id, eventId: first[0]!.eventId };
      await deliveries().settle(first[0]!, delivered);
      await deliveries().drop(place, 3);
      expect(await deliveries().standing(webhook.id, place.eventId)).toEqual({ version: 5, pending: 2 });
      expect(await headsOf(webhook)).toEqual(expect.arrayContaining([first[2]?.id, others[0]?.id]));
      await deliveries().drop(place);
      expect(await headsOf(webhook)).toEqual([others[0]?.id]);
      const left = await deliveries().list({ webhookId: webhook.id, limit: 9 });
      expect(idsOf(left).sort()).toEqual([first[0]!.id, others[0]!.id].sort());
    });

    test('of an event that is gone are forgotten, for every webhook', async () => {
      const [a, b] = [await inserted(), await inserted()];
      const [gone, kept] = [newId(), newId()];
      for (const { id } of [a, b]) {
        for (const eventId of [gone, kept]) {
          await deliveries().enqueue({ webhookId: id, eventId }, [newDelivery({ id }, { eventId })], 2);
        }
      }
      await deliveries().forgetEvent(gone);
      for (const { id } of [a, b]) {
        expect(await deliveries().standing(id, gone)).toEqual({ version: null, pending: 0 });
        expect(await deliveries().standing(id, kept)).toEqual({ version: 2, pending: 1 });
      }
    });

    test('that are over are forgotten when their time is over, or there are too many', async () => {
      const webhook = await inserted();
      const all = (await enqueued(webhook, 6)).sort((a, b) => (a.id < b.id ? -1 : 1));
      const [old, ...rest] = all as [DeliveryRecord, ...DeliveryRecord[]];
      for (const one of rest.slice(0, 4)) {
        await deliveries().settle(one, delivered);
      }
      await deliveries().settle(old, { ...delivered, expiresAt: FUTURE - DAY });
      await deliveries().prune(webhook.id, FUTURE - DAY - 1, 9);
      expect(await deliveries().find(webhook.id, old.id)).not.toBeNull();
      await deliveries().prune(webhook.id, FUTURE - DAY, 9);
      const left = async () => idsOf(await deliveries().list({ webhookId: webhook.id, limit: 99 })).reverse();
      expect(await left()).toEqual(idsOf(rest));
      await deliveries().prune(webhook.id, FUTURE - DAY, 2);
      expect(await left()).toEqual(idsOf(rest.slice(2)));
    });
  });
}
