import { useEffect, useReducer, useState } from 'preact/hooks';
import { ConveneError, type CloseReason, type LiveEvent } from '../../client/index.js';
import { client } from './client.js';
import { hold } from './live.js';

export interface LiveState {
  /** null while it is on its way, or cannot be had. */
  event: LiveEvent | null;
  /** Why it is over. */
  closed: CloseReason | null;
  error: ConveneError | null;
}

/** An event, live for as long as the component is there; drawn again at whatever is new about it. */
export function useLiveEvent(id: string): LiveState {
  const [state, setState] = useState<LiveState & { id: string }>({ id, ...NONE });
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => {
    const stops: (() => void)[] = [];
    let isWanted = true;
    const { event, release } = hold(id);
    event.then(
      (one) => {
        if (isWanted) {
          const again = (): void => draw(undefined);
          stops.push(one.on('change', again), one.on('presence', again), one.on('synced', again));
          stops.push(client.on('event:shared', again)); // one's own role may be another
          stops.push(
            one.on('closed', ({ reason }) => setState({ id, event: one, closed: reason, error: null })),
          );
          setState({ id, event: one, closed: one.closed, error: null });
        }
      },
      (error: unknown) => {
        if (isWanted && error instanceof ConveneError) {
          setState({ id, ...NONE, error });
        }
      },
    );
    return () => {
      isWanted = false;
      stops.forEach((stop) => stop());
      release();
    };
  }, [id]);
  return state.id === id ? state : NONE;
}

const NONE: LiveState = { event: null, closed: null, error: null };
