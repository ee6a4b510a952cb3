/** The timers that the client uses; milliseconds. */
export interface Timers {
  setTimeout(then: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  now(): number;
}

export const systemTimers: Timers = {
  setTimeout: (then, ms) => setTimeout(then, ms),
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
  now: () => Date.now(),
};

/** From 0 to 1, exclusive; good enough for ids, and there in every browser, also without https. */
export function systemRandom(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return bits / 2 ** 32;
}

const BACK_OFF_MS = 500;
const MAX_BACK_OFF_MS = 10_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** All that a client does later; nothing of it is left once it is closed. */
export class Schedule {
  private readonly waiting = new Map<unknown, (() => void) | undefined>();
  private closed = false;

  constructor(
    private readonly timers: Timers,
    readonly random: () => number,
  ) {}

  now(): number {
    return this.timers.now();
  }

  /** Calls `then` after a while, unless the function that is returned is called before, or all is closed. */
  after(ms: number, then: () => void, onClose?: () => void): () => void {
    if (this.closed) {
      onClose?.();
      return () => undefined;
    }
    const timer = this.timers.setTimeout(
      () => {
        this.waiting.delete(timer);
        then();
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    this.waiting.set(timer, onClose);
    return () => {
      this.timers.clearTimeout(timer);
      this.waiting.delete(timer);
    };
  }

  /** Resolves after a while, or at once when all is closed. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve, resolve));
  }

  /** How long to wait after this many failures: longer each time, and not all clients at once. */
  backOff(failures: number): number {
    return this.spread(Math.min(MAX_BACK_OFF_MS, BACK_OFF_MS * 2 ** failures));
  }

  /** Half as long to half as long again. */
  spread(ms: number): number {
    return ms * (0.5 + this.random());
  }

  /** An id that nobody else makes: 128 bits. */
  newId(): string {
    const part = (): string =>
      Math.floor(this.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return part() + part() + part() + part();
  }

  close(): void {
    this.closed = true;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const [timer, onClose] of waiting) {
      this.timers.clearTimeout(timer);
      onClose?.();
    }
  }
}
