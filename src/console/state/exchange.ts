import {
  ConveneError,
  type CreatedFeed,
  type Feeds,
  type ImportReport,
  type Problem,
} from '../../client/index.js';
import { client } from './client.js';
import { refresh } from './occurrences.js';

export const MAX_IMPORT_BYTES = 5 * 1024 * 1024;
export type FeedView = Feeds['items'][number];

/** All of one's events as an iCalendar file. */
export const exported = (): Promise<string> => client.request('GET', '/api/calendar.ics');

/**
 * Takes over the events of an iCalendar file. The client sends JSON only: this goes beside it, with the token that it
 * has renewed where it had to.
 *
 * @throws payload-too-large, validation-failed, network-error
 */
export async function importFile(file: File): Promise<ImportReport> {
  if (file.size > MAX_IMPORT_BYTES) {
    throw new ConveneError('payload-too-large', 'The file is too large.');
  }
  await client.request('GET', '/api/auth/me');
  const response = await fetch('/api/import', {
    method: 'POST',
    headers: { Authorization: `Bearer ${client.tokens?.accessToken ?? ''}`, 'Content-Type': 'text/calendar' },
    body: file,
  }).catch(() => {
    throw new ConveneError('network-error', 'The file could not be sent.');
  });
  const answer = (await response.json()) as ImportReport | Problem;
  if (!response.ok) {
    throw ConveneError.of(answer as Problem);
  }
  refresh();
  return answer as ImportReport;
}

export const feeds = async (): Promise<FeedView[]> =>
  (await client.request<Feeds>('GET', '/api/feeds')).items;

/** Its token is in the answer alone. */
export const createFeed = (label: string): Promise<CreatedFeed> =>
  client.request('POST', '/api/feeds', { body: { label } });

export const revokeFeed = (id: string): Promise<void> => client.request('DELETE', `/api/feeds/${id}`);
