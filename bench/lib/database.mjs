import { randomBytes } from 'node:crypto';

/** @param {string} server @returns the address of a database on it that nobody else uses; several hosts may be named */
export function databaseOf(server) {
  const [, origin = '', before = '', query = ''] = /^([^:]+:\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(server) ?? [];
  const settings = new URLSearchParams(query);
  // Without it, credentials belong to the database that is named.
  if (origin.includes('@') && !settings.has('authSource')) settings.set('authSource', before || 'admin');
  return `${origin}/convene_bench_${randomBytes(4).toString('hex')}?${settings.toString()}`;
}

/** @param {string} database its address */
export async function drop(database) {
  const { default: mongoose } = await import('mongoose');
  const connection = mongoose.createConnection(database, { serverSelectionTimeoutMS: 5_000 });
  try {
    await (await connection.asPromise()).dropDatabase();
  } finally {
    await connection.destroy();
  }
}
