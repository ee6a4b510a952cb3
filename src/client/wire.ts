import { io } from 'socket.io-client';
import type { Acknowledgement, ClientMessage, Payload } from '../protocol/live.js';
import type { Problem } from '../protocol/problems.js';

/** What carries messages to the server. The client decides when to connect, also again. */
export interface Wire {
  /** One attempt; it ends with `connected` or `disconnected` of the listener. */
  connect(token: string): void;
  disconnect(): void;
  /** Only called while connected. `ack` is called at most once, and not after the connection was lost. */
  send<M extends ClientMessage>(
    message: M,
    payload: Payload<M>,
    ack: (answer: Acknowledgement<M>) => void,
  ): void;
}

/** Whom the wire tells. */
export interface WireListener {
  connected(): void;
  /** The attempt failed, or the connection was lost; the problem, where the server refused it with one. */
  disconnected(problem?: Problem): void;
  received(message: string, payload: unknown): void;
}

/** Makes a wire that is not connected yet. */
export type Connect = (listener: WireListener) => Wire;

/** A wire on Socket.IO, which tries no more than it is told to. */
export function socketIo(url: string, transports?: string[]): Connect {
  return (listener) => {
    let token = '';
    const socket = io(url, {
      auth: (give) => give({ token }),
      autoConnect: false,
      forceNew: true,
      reconnection: false,
      ...(transports && { transports }),
    });
    socket.on('connect', () => listener.connected());
    socket.on('disconnect', () => listener.disconnected());
    socket.on('connect_error', (error) => listener.disconnected(problemIn(error)));
    socket.onAny((message: string, payload: unknown) => listener.received(message, payload));
    return {
      connect: (fresh) => {
        token = fresh;
        socket.connect();
      },
      disconnect: () => void socket.disconnect(),
      send: (message, payload, ack) => void socket.emit(message, payload, ack),
    };
  };
}

function problemIn(error: Error): Problem | undefined {
  const data = (error as { data?: unknown }).data;
  return typeof data === 'object' && data !== null && 'code' in data ? (data as Problem) : undefined;
}
