import type { EventView } from '../../client/index.js';
import { client } from './client.js';
import { refresh } from './occurrences.js';

export interface TrashPage {
  items: EventView[];
  nextCursor: string | null;
}

const PAGE = 20;

/** Deleted events of one's own, those that were deleted last first. */
export const trash = (cursor: string | null): Promise<TrashPage> =>
  client.request('GET', '/api/events', {
    query: { deleted: true, sort: '-updatedAt', limit: PAGE, ...(cursor !== null && { cursor }) },
  });

export async function restoreEvent(id: string): Promise<void> {
  await client.request('POST', `/api/events/${id}/restore`);
  refresh();
}

/** Nothing of it is left, for anybody. */
export const eraseEvent = (id: string): Promise<void> =>
  client.request('DELETE', `/api/events/${id}`, { query: { permanent: true } });

/** Hears of events that come into the trash or out of it. @returns what ends the listening */
export function onTrash(listener: () => void): () => void {
  const stops = [client.on('event:deleted', listener), client.on('event:restored', listener)];
  return () => stops.forEach((stop) => stop());
}
