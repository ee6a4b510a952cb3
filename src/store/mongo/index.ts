import type { Store } from '../../service/ports.js';

// Placeholder until the store is written: to be overwritten.
export function openMongoStore(_uri: string): Promise<Store> {
  return Promise.reject(new Error('not written yet'));
}
