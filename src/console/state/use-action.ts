import { useEffect, useRef, useState } from 'preact/hooks';
import { wordsFor } from '../words.js';

/** What a refusal means here, by its code, where the usual words say something else. */
export type OwnWords = Readonly<Record<string, string>>;

export interface Action {
  isBusy: boolean;
  /** Why it did not work, in words; '' where it did. */
  fault: string;
  /** Does it, unless it is under way already. @returns whether it worked */
  run(work: () => Promise<void>, words?: OwnWords): Promise<boolean>;
}

/** Something that a form or a button does: whether it is under way, and what went wrong. */
export function useAction(): Action {
  const [state, setState] = useState({ isBusy: false, fault: '' });
  const now = useRef({ isBusy: false, isThere: true });
  useEffect(() => {
    now.current.isThere = true;
    return () => void (now.current.isThere = false);
  }, []);
  const end = (fault: string): void => {
    now.current.isBusy = false;
    if (now.current.isThere) {
      setState({ isBusy: false, fault });
    }
  };
  const run = async (work: () => Promise<void>, words: OwnWords = {}): Promise<boolean> => {
    if (now.current.isBusy) {
      return false;
    }
    now.current.isBusy = true;
    setState({ isBusy: true, fault: '' });
    try {
      await work();
      end('');
      return true;
    } catch (error) {
      end(words[(error as { code?: string }).code ?? ''] ?? wordsFor(error));
      return false;
    }
  };
  return { ...state, run };
}
