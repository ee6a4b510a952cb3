import type { Tokens, User } from '../protocol/accounts.js';
import type { SessionEnd } from '../protocol/live.js';
import { asError, ConveneError } from './errors.js';
import type { RequestOptions, SendRequest } from './rest.js';
import type { Schedule } from './schedule.js';

/** What an application keeps to go on with the session later. The refresh token is good once. */
export interface SessionTokens {
  user: User;
  accessToken: string;
  refreshToken: string;
  /** When the access token expires, in milliseconds by this machine's clock. */
  expiresAt?: number;
}

export interface SessionListener {
  /** There are other tokens now, or none any more. */
  changed(tokens: SessionTokens | null): void;
  /** It is over, and cannot be renewed. */
  ended(reason: SessionEnd): void;
}

/** How long before its end an access token is renewed. */
const RENEW_BEFORE_MS = 90_000;

/** The tokens of one session, and the requests made with them. */
export class Session {
  private current: SessionTokens | null = null;
  private renewing: Promise<string> | null = null;
  private stopTimer: () => void = () => undefined;

  constructor(
    private readonly send: SendRequest,
    private readonly schedule: Schedule,
    private readonly listener: SessionListener,
  ) {}

  get tokens(): SessionTokens | null {
    return this.current;
  }

  /** Signs in by one of the public routes that answer tokens. */
  async open(path: string, credentials: object): Promise<void> {
    this.refuseSecond();
    this.begin(answered((await this.send('POST', path, { body: credentials })) as Tokens, this.schedule));
  }

  /** @throws Error where somebody is signed in already */
  begin(tokens: SessionTokens): void {
    this.refuseSecond();
    this.take(tokens);
  }

  end(reason: SessionEnd): void {
    if (this.current) {
      this.close();
      this.current = null;
      this.listener.changed(null);
      this.listener.ended(reason);
    }
  }

  close(): void {
    this.stopTimer();
  }

  /** A request in this session's name: where its token has expired, with a new one. */
  async request(method: string, path: string, options?: RequestOptions): Promise<unknown> {
    const token = this.current?.accessToken;
    try {
      return await this.send(method, path, options, token);
    } catch (error) {
      if (token === undefined || !isUnwelcome(error)) {
        throw error;
      }
      return this.send(method, path, options, await this.tokenAfter(token));
    }
  }

  /** A token that is newer than the one that was used: for many who ask, one renewal. */
  async tokenAfter(used: string): Promise<string> {
    return this.current && this.current.accessToken !== used ? this.current.accessToken : this.renew();
  }

  /** @throws network-error and the like, and what ended the session */
  renew(): Promise<string> {
    this.renewing ??= this.refresh().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async refresh(): Promise<string> {
    const before = this.current;
    if (!before) {
      throw new ConveneError('unauthenticated', 'Nobody is signed in.');
    }
    try {
      const body = { refreshToken: before.refreshToken };
      const tokens = (await this.send('POST', '/api/auth/refresh', { body })) as Tokens;
      if (this.current === before) {
        this.take(answered(tokens, this.schedule));
      }
      return tokens.accessToken;
    } catch (error) {
      const { code, status } = asError(error);
      if ((status === 401 || status === 403 || status === 422) && this.current === before) {
        this.end(code === 'token-expired' ? 'expired' : 'revoked');
      }
      throw error;
    }
  }

  private refuseSecond(): void {
    if (this.current) {
      throw new Error('Somebody is signed in already: sign out first.');
    }
  }

  private take(tokens: SessionTokens): void {
    this.current = tokens;
    this.stopTimer();
    if (tokens.expiresAt !== undefined) {
      const left = tokens.expiresAt - this.schedule.now();
      this.renewAfter(Math.max(0, left - RENEW_BEFORE_MS, left / 2), 0);
    }
    this.listener.changed(tokens);
  }

  private renewAfter(ms: number, failures: number): void {
    this.stopTimer = this.schedule.after(ms, () => {
      this.renew().catch(() => {
        if (this.current) {
          this.renewAfter(this.schedule.backOff(failures), failures + 1);
        }
      });
    });
  }
}

export const isUnwelcome = (error: unknown): boolean =>
  error instanceof ConveneError && (error.code === 'token-expired' || error.code === 'unauthenticated');

const answered = ({ user, accessToken, refreshToken, expiresIn }: Tokens, schedule: Schedule) => ({
  user,
  accessToken,
  refreshToken,
  expiresAt: schedule.now() + expiresIn * 1000,
});
