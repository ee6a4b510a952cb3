import { asError, isPassing } from './errors.js';
import { patience } from './patience.js';
import type { Schedule } from './schedule.js';

export type PresenceState = Record<string, unknown> | null;

/** Tells the server the newest state, one after the other; those between may be left away. */
export class PresenceTeller {
  private wanted: PresenceState = null;
  private told: PresenceState = null;
  private telling: Promise<void> | null = null;

  constructor(
    private readonly schedule: Schedule,
    private readonly host: { isReady(): boolean; set(state: PresenceState): Promise<unknown> },
  ) {}

  set(state: PresenceState): Promise<void> {
    this.wanted = state && { ...state };
    return this.tell();
  }

  /** Where there was no connection, no one knows of it any more. */
  disconnected(): void {
    this.told = null;
  }

  /** @throws what the server refuses the state for */
  tell(): Promise<void> {
    this.telling ??= this.tellNewest().finally(() => (this.telling = null));
    return this.telling;
  }

  private async tellNewest(): Promise<void> {
    for (let failures = 0; this.told !== this.wanted && this.host.isReady(); failures += 1) {
      const state = this.wanted;
      try {
        await this.host.set(state);
        this.told = state;
      } catch (thrown) {
        const error = asError(thrown);
        if (!isPassing(error)) {
          this.told = state;
          throw error;
        }
        await patience(this.schedule, error, failures);
      }
    }
  }
}
