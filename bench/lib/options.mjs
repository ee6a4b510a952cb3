import { parseArgs } from 'node:util';

/**
 * What was asked for on the command line.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} known the names of all parts
 * @returns {{ parts: string[], full: boolean, profile: boolean }}
 * @throws an error whose message says what there is
 */
export function readOptions(args, known) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { full: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no part ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  }
  return { ...values, parts: known.filter((name) => positionals.length === 0 || positionals.includes(name)) };
}
