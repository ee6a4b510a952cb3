/** A call of a method that has ended. */
export interface Ended {
  operation: string;
  args: readonly unknown[];
  seconds: number;
  /** What it answered, or what it threw. */
  outcome: { value: unknown } | { error: unknown };
}

/**
 * The same port, with somebody who hears of each call of its methods once it has ended. Everything else about them
 * stays as it is: what they answer, when they answer, what they throw.
 *
 * @param told must not throw
 */
export function observed<Port extends object>(port: Port, told: (ended: Ended) => void): Port {
  const members = Object.entries(port) as [string, unknown][];
  return Object.fromEntries(
    members.map(([name, member]) => [
      name,
      typeof member === 'function' ? observedMethod(name, member as Method, told) : member,
    ]),
  ) as Port;
}

type Method = (...args: unknown[]) => unknown;

function observedMethod(operation: string, method: Method, told: (ended: Ended) => void): Method {
  return (...args) => {
    const started = performance.now();
    const end = (outcome: Ended['outcome']): void =>
      told({ operation, args, seconds: (performance.now() - started) / 1000, outcome });
    try {
      const result = method(...args);
      if (isPromise(result)) {
        result.then(
          (value) => end({ value }),
          (error: unknown) => end({ error }),
        );
      } else {
        end({ value: result });
      }
      return result;
    } catch (error) {
      end({ error });
      throw error;
    }
  };
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | undefined)?.then === 'function';
