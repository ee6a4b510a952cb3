import type { AccountService } from '../service/accounts.js';
import { notSignedIn, type AccessClaims } from '../service/tokens.js';

/**
 * The hall that both doors lead into. What comes in is identified here; what a caller may do with an event is
 * asked by the service, first before it looks at what was sent, and again on the very state that it changes.
 */
export interface Gate {
  /** Whom a token speaks for. @throws unauthenticated, token-expired */
  identify(token: unknown): Promise<AccessClaims>;
}

export function createGate(accounts: AccountService): Gate {
  return {
    identify: async (token) => {
      if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN) {
        throw notSignedIn();
      }
      return accounts.identify(token);
    },
  };
}

const MAX_TOKEN = 4096;

/** RFC 6750, section 2.1. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
