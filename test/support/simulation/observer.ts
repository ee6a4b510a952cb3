import type { LiveEvent } from '../../../src/client/index.js';
import { digestOf } from './checks.js';
import type { World } from './world.js';

/** Watches what a client shows, and that it does so in order. */
export class Observer {
  /** By event and version: a digest of what the client took for the server's content. */
  readonly seen: { eventId: string; version: number; digest: string }[] = [];

  /** Of the edits that came as changes. */
  readonly notes = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly world: World,
  ) {}

  observe(event: LiveEvent): void {
    let { version } = event;
    let changed = version;
    event.on('change', ({ version: shown, change }) => {
      if (shown < version) {
        this.complain(`version ${shown} of ${event.id} was shown after ${version}`);
      }
      if (change && (change.version !== shown || shown <= changed || shown > version + 1)) {
        this.complain(
          `change ${change.version} of ${event.id} came after ${changed}, at ${version}, as ${shown}`,
        );
      }
      if (shown > version) {
        this.seen.push({ eventId: event.id, version: shown, digest: digestOf(event.serverContent) });
      }
      if (change?.note !== undefined) {
        this.notes.add(change.note);
      }
      version = shown;
      changed = change?.version ?? changed;
    });
    event.on('reset', () => this.complain(`${event.id} was reset`));
    event.on('closed', ({ reason }) =>
      this.expectRefusal(reason, ['unshared', 'deleted', 'not-found', 'closed'], `${event.id} closed`),
    );
    event.on('refused', ({ error: { code } }) =>
      this.expectRefusal(code, REFUSALS, `an edit of ${event.id} refused`),
    );
  }

  expectRefusal(code: string, expected: readonly string[], what: string): void {
    if (!expected.includes(code)) {
      this.complain(`${what}: ${code}`);
    }
  }

  private complain(what: string): void {
    this.world.complain(`${this.name}: ${what}`);
  }
}

const REFUSALS = ['forbidden', 'not-found', 'closed', 'validation-failed', 'invalid-patch'];
