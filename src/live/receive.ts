import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { refuseFields } from '../calendar/errors.js';
import { ClientMessages, type ClientMessage } from '../protocol/live.js';
import { checkJson, parse } from '../protocol/parse.js';
import { toProblem, type Problem } from '../protocol/problems.js';
import type { Throttle } from '../gate/throttle.js';
import type { Handlers } from './handlers.js';
import type { LiveSocket } from './io.js';
import type { Tally } from './tally.js';

/** Performs what sockets send. */
export interface Receiver {
  /** Whatever a socket sends ends in an acknowledgement, if it asked for one: the answer or the problem. */
  receive(socket: LiveSocket, message: unknown, args: unknown[]): void;
  /** Resolves once everything under way has been answered. */
  idle(): Promise<void>;
}

/** Those that are counted for the user, whichever socket they come from. */
const EDITS: readonly string[] = ['event:edit', 'event:rollback'] satisfies ClientMessage[];

/** @param onAnswer hears of each message that was answered: `ok`, or the code of its problem */
export function createReceiver(
  handlers: Handlers,
  throttle: Throttle,
  log: Logger,
  onAnswer: Tally['answered'] = () => {},
): Receiver {
  const underWay = new Set<Promise<void>>();

  const perform = async (socket: LiveSocket, name: string, payloads: unknown[]): Promise<object> => {
    throttle.message(EDITS.includes(name) ? 'edit' : 'other', socket.data.caller.userId, socket.id);
    if (!isClientMessage(name) || payloads.length !== 1) {
      const message = isClientMessage(name)
        ? 'a message takes one object'
        : 'is no message that is taken here';
      throw refuseFields([{ pointer: '', message }]);
    }
    checkJson(payloads[0]);
    const handler = handlers[name] as (socket: LiveSocket, payload: unknown) => object | Promise<object>;
    return handler(socket, parse(ClientMessages[name], payloads[0]));
  };

  return {
    receive: (socket, sent, args) => {
      // A client may name its message by a number.
      const message = String(sent);
      const last = args[args.length - 1];
      const acknowledge = typeof last === 'function' ? (last as (answer: unknown) => void) : undefined;
      const payloads = acknowledge ? args.slice(0, -1) : args;
      const started = performance.now();
      const told = (outcome: string): void =>
        onAnswer(
          isClientMessage(message) ? message : 'unknown',
          outcome,
          (performance.now() - started) / 1000,
        );
      const work = perform(socket, message, payloads)
        .then(
          (answer) => {
            told('ok');
            acknowledge?.({ ok: true, ...answer });
          },
          (error: unknown) => {
            const problem = explain(error, message, log);
            told(problem.code);
            acknowledge?.({ ok: false, problem });
          },
        )
        .catch((error: unknown) => log.error({ err: error }, 'acknowledging a message'));
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
    idle: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

const isClientMessage = (name: string): name is ClientMessage => Object.hasOwn(ClientMessages, name);

function explain(error: unknown, message: string, log: Logger): Problem {
  const answer = toProblem(error, { instance: message.slice(0, 100), requestId: randomUUID() });
  if (answer.status >= 500) {
    log.error({ err: error, requestId: answer.requestId, message: answer.instance }, 'a message failed');
  }
  return answer;
}
