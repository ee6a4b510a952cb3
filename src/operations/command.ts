import { parseArgs } from 'node:util';

/** Something that a person can mend: what it says is all that is said. */
export class CannotBeDone extends Error {
  override name = 'CannotBeDone';
}

/**
 * Reads `--name value` options from the command line.
 *
 * @throws CannotBeDone with the usage, where one of the required is missing or there is another.
 */
export function readOptions<Name extends string>(
  usage: string,
  required: readonly Name[],
  optional: readonly Name[] = [],
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(
    [...required, ...optional].map((name) => [name, { type: 'string' }] as const),
  );
  const values = parse(usage, options);
  const missing = required.find((name) => !values[name]);
  if (missing !== undefined) {
    throw new CannotBeDone(`--${missing} is missing.\n${usage}`);
  }
  return values as Partial<Record<Name, string>>;
}

function parse(usage: string, options: Record<string, { type: 'string' }>): Record<string, unknown> {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    throw new CannotBeDone(`${(error as Error).message}\n${usage}`, { cause: error });
  }
}

/** Where the data is, unless `--from` says otherwise: as for Convene itself. */
export const dataDirectory = (): string => process.env['DATA_DIR'] || './data';

/** Runs a command; an error is one message on stderr, and exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
