/** Shows how far something is: a bar on a terminal, elsewhere a line now and then. */
export interface Progress {
  /** Begins a step of so many pieces; the one before it is over. */
  step(name: string, total: number): void;
  add(pieces: number): void;
  /** Ends the last step. */
  end(): void;
}

/** What of a stream a progress needs. */
export interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;
/** A bar is drawn anew at most this often, a line printed. */
const DRAW_MS = 100;
const LINE_MS = 5_000;

export function createProgress(screen: Screen = process.stdout, now = () => performance.now()): Progress {
  let name = '';
  let total = 0;
  let done = 0;
  let shown = 0;

  const figures = (): string => `${name}: ${number(done)} of ${number(total)}`;
  const draw = (): void => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const full = Math.round(share * WIDTH);
    const bar = '#'.repeat(full) + '.'.repeat(WIDTH - full);
    screen.write(`\r[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${figures()}\x1b[K`);
  };
  const show = (): void => {
    if (now() - shown < (screen.isTTY ? DRAW_MS : LINE_MS)) {
      return;
    }
    shown = now();
    if (screen.isTTY) {
      draw();
    } else {
      screen.write(`${figures()}\n`);
    }
  };
  const end = (): void => {
    if (name === '') {
      return;
    }
    if (screen.isTTY) {
      draw();
      screen.write('\n');
    } else {
      screen.write(`${figures()}\n`);
    }
    name = '';
  };

  return {
    step: (next, pieces) => {
      end();
      [name, total, done, shown] = [next, pieces, 0, now()];
    },
    add: (pieces) => {
      done += pieces;
      show();
    },
    end,
  };
}

export const number = (n: number): string => n.toLocaleString('en');
