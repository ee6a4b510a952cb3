/** @typedef {import('../../src/client/index.js')} Library */
/** @typedef {import('../../src/client/index.js').LiveEvent} LiveEvent */

/** One subscriber and what it has been told of its event; times are of `performance.now()`. */
export class Subscriber {
  /** When each version was told as a change. @type {Map<number, number>} */
  seen = new Map();
  /** Where the event came whole instead: after which version, up to which, when. @type {{ after: number, to: number, at: number }[]} */
  wholes = [];
  /** When it was not connected, or not up to date yet. @type {{ from: number, to: number }[]} */
  outages = [];
  /** How many versions were told as a change twice, or after a later one. */
  doubled = 0;
  /** Versions that came over the wire, and how many came again there. @type {Set<number>} */
  onWire = new Set();
  repeatedOnWire = 0;
  /** How often each edit was sent over the socket. @type {Map<string, number>} */
  sent = new Map();
  /** What it has, and since when. */
  version = 0;
  since = 0;

  /**
   * @param {Library} library
   * @param {string} url
   */
  constructor({ ConveneClient, socketIo }, url) {
    const connect = socketIo(url, ['websocket']);
    this.client = new ConveneClient({ url, connect: (listener) => this.listenIn(connect, listener) });
  }

  /** @param {LiveEvent} event */
  watch(event) {
    this.event = event;
    this.start = this.version = event.version;
    event.on('change', ({ version, change }) => this.told(version, change !== null));
    event.on('synced', () => this.endOutage());
    this.client.on('connection', (state) => {
      const last = this.outages.at(-1);
      if (state !== 'online' && last?.to !== Infinity) {
        this.outages.push({ from: performance.now(), to: Infinity });
      }
    });
  }

  /** @param {number} version @returns when it was told this one, or brought past it; undefined where it never was */
  hadAt(version) {
    return (
      this.seen.get(version) ?? this.wholes.find(({ after, to }) => version > after && version <= to)?.at
    );
  }

  /** @param {number} from @param {number} to whether it was connected throughout */
  wasThere(from, to) {
    return this.outages.every((outage) => outage.to < from || outage.from > to);
  }

  /** @param {number} version @param {boolean} isChange else one's own edit on its way, or the event whole */
  told(version, isChange) {
    if (isChange && version <= this.version) {
      this.doubled += 1;
    } else if (isChange) {
      this.seen.set(version, performance.now());
    } else if (version > this.version) {
      this.wholes.push({ after: this.version, to: version, at: performance.now() });
    }
    if (version > this.version) {
      this.version = version;
      this.since = performance.now();
    }
  }

  endOutage() {
    const last = this.outages.at(-1);
    if (last?.to === Infinity) last.to = performance.now();
  }

  /**
   * The wire, with an ear on it.
   *
   * @param {import('../../src/client/index.js').Connect} connect
   * @param {import('../../src/client/index.js').WireListener} listener
   * @returns {import('../../src/client/index.js').Wire}
   */
  listenIn(connect, listener) {
    const wire = connect({
      ...listener,
      received: (message, payload) => {
        if (message === 'event:changed') {
          this.heardOnWire(/** @type {{ version: number }} */ (payload).version);
        }
        listener.received(message, payload);
      },
    });
    return {
      ...wire,
      send: (message, payload, ack) => {
        const id = 'changeId' in payload ? payload.changeId : undefined;
        if (id !== undefined) this.sent.set(id, (this.sent.get(id) ?? 0) + 1);
        wire.send(message, payload, ack);
      },
    };
  }

  /** @param {number} version */
  heardOnWire(version) {
    if (this.onWire.has(version)) this.repeatedOnWire += 1;
    this.onWire.add(version);
  }
}
