import { ConveneClient, type Connect } from '../client/index.js';

/** Who lives in the demo; the first is whom a visitor is. Nobody else can reach them: it is all thrown away. */
export const PEOPLE = [
  { username: 'ada', name: 'Ada Moreau', email: 'ada@demo.example' },
  { username: 'bao', name: 'Bao Nguyen', email: 'bao@demo.example' },
  { username: 'chidi', name: 'Chidi Okafor', email: 'chidi@demo.example' },
  { username: 'dana', name: 'Dana Levin', email: 'dana@demo.example' },
] as const;
export type Name = (typeof PEOPLE)[number]['username'];
export const PASSWORD = 'correct horse';
export const VISITOR: Name = 'ada';

/** While the past is written nobody listens. */
const nowhere: Connect = () => ({
  connect: () => undefined,
  disconnect: () => undefined,
  send: () => undefined,
});

/** Somebody who writes over REST alone. */
export class Writer {
  private readonly client: ConveneClient;

  private constructor(url: string) {
    this.client = new ConveneClient({ url, connect: nowhere });
  }

  static async register(url: string, person: (typeof PEOPLE)[number]): Promise<Writer> {
    const writer = new Writer(url);
    await writer.client.register({ ...person, password: PASSWORD });
    return writer;
  }

  /** @throws ConveneError */
  ask<T>(method: string, path: string, body?: unknown, note?: string): Promise<T> {
    return this.client.request<T>(method, path, {
      ...(body !== undefined && { body }),
      ...(note !== undefined && { headers: { 'Edit-Note': encodeURIComponent(note) } }),
    });
  }

  async leave(): Promise<void> {
    await this.client.signOut();
    this.client.close();
  }
}
