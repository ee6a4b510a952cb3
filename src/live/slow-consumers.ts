import type { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

/** The most that may wait to be sent to one connection, in bytes. */
export const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

export interface SlowConsumerSettings {
  limitBytes?: number;
  /** Told of each connection dropped, after it is closed: what it was owed, in bytes. */
  onDrop?: (dropped: { unsentBytes: number; transport: string }) => void;
}

/** What is used of an Engine.IO packet. */
interface Packet {
  data?: string | Uint8Array;
  options?: { wsPreEncodedFrame?: readonly Uint8Array[] };
}

/** What is used of Engine.IO's transports; `socket` is the WebSocket, `res` the poll that waits for data. */
interface Transport {
  name: string;
  socket?: { bufferedAmount: number; terminate(): void };
  res?: ServerResponse | null;
}

interface Connection extends EventEmitter {
  /** Another after an upgrade. */
  transport: Transport;
  /** What the transport has not taken over yet. */
  writeBuffer: readonly Packet[];
  close(discard: boolean): void;
}

/**
 * Closes a connection that is sent more while over `limitBytes` wait for it, hard: what waited is freed at once and
 * Socket.IO sees it disconnect. So at most the limit, a 64th of it
 * and one message wait; a single message may be of any size.
 * So is one freed that no longer answers pings; Engine.IO would leave it half a minute to take what waits.
 *
 * `engine` is the Engine.IO server (`io.engine`, there once `io` is attached).
 */
export function dropSlowConsumers(engine: EventEmitter, settings: SlowConsumerSettings = {}): void {
  engine.on('connection', (connection: Connection) => watch(connection, settings));
}

/** So often it is looked what is unsent while as much as the limit is sent. */
const LOOKS = 64;

/** Runs for each packet to each receiver: it adds up, and asks for nothing that has to be computed. */
function watch(
  connection: Connection,
  { limitBytes = MAX_UNSENT_BYTES, onDrop }: SlowConsumerSettings,
): void {
  const polls = new Map<ServerResponse, number>();
  const unsent = () => bytesOf(connection.writeBuffer) + inTransport(connection.transport, polls);

  const often = limitBytes / LOOKS;
  let sinceLook = often;

  connection.on('packetCreate', (packet: Packet) => {
    sinceLook += sizeOf(packet);
    if (sinceLook < often) {
      return;
    }
    sinceLook = 0;
    const unsentBytes = unsent();
    if (unsentBytes > limitBytes) {
      const { transport } = connection;
      connection.close(true);
      free(transport, polls);
      onDrop?.({ unsentBytes, transport: transport.name });
    }
  });
  // A WebSocket says itself what it has not sent.
  const onFlush = (packets: readonly Packet[]): void => {
    const { res } = connection.transport;
    if (res) {
      polls.set(res, bytesOf(packets));
      res.once('close', () => polls.delete(res));
    }
  };
  if (connection.transport.name === 'polling') {
    connection.on('flush', onFlush).once('upgrade', () => connection.off('flush', onFlush));
  }
  connection.on('close', (reason: string) => {
    if (reason === 'ping timeout') {
      free(connection.transport, polls);
    }
  });
}

/** What the transport has taken over, but not the network: in the WebSocket, or in answers to polls. */
function inTransport({ socket }: Transport, polls: ReadonlyMap<ServerResponse, number>): number {
  let bytes = socket?.bufferedAmount ?? 0;
  for (const size of polls.values()) {
    bytes += size;
  }
  return bytes;
}

const bytesOf = (packets: readonly Packet[]): number =>
  packets.reduce((bytes, packet) => bytes + sizeOf(packet), 0);

/** A frame encoded once for all receivers knows its size. */
function sizeOf({ data, options }: Packet): number {
  const frame = options?.wsPreEncodedFrame;
  if (frame) {
    let bytes = 0;
    for (const part of frame) {
      bytes += part.length;
    }
    return bytes;
  }
  return typeof data === 'string' ? Buffer.byteLength(data) : (data?.byteLength ?? 0);
}

function free({ socket }: Transport, polls: ReadonlyMap<ServerResponse, number>): void {
  socket?.terminate();
  polls.forEach((_size, response) => response.destroy());
}
