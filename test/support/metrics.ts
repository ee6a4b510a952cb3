/** One line of Prometheus's text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What /metrics answers, read. @throws where a line is none of the format */
export class Numbers {
  readonly samples: Sample[];

  static async of(url: string): Promise<Numbers> {
    const response = await fetch(`${url}/metrics`);
    if (response.status !== 200) {
      throw new Error(`/metrics answers ${response.status}`);
    }
    return new Numbers(await response.text());
  }

  constructor(readonly text: string) {
    this.samples = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(readSample);
  }

  /** The sum over all series of a name that have these labels, and perhaps others; 0 where there is none. */
  sum(name: string, labels: Record<string, string> = {}): number {
    return this.all(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  all(name: string, labels: Record<string, string> = {}): Sample[] {
    return this.samples.filter(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    );
  }
}

function readSample(line: string): Sample {
  const [, name = '', labels = '', value = ''] =
    /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? ([-+]?(?:[\d.e+-]+|Inf|Nan))$/i.exec(line) ?? [];
  if (name === '') {
    throw new Error(`not a sample: ${line}`);
  }
  const pairs = [...labels.matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
    value: Number(value.replace('Inf', 'Infinity')),
  };
}
