import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { fencesOf, missingIn, promised, type Fence } from './support/docs/fences.js';
import { Installation } from './support/docs/installation.js';
import { faultsIn, isProgram, programsOf, runProgram } from './support/docs/programs.js';
import { Shell } from './support/docs/shell.js';
import { faultBySchema, faultOfRequest, faultsOfSession } from './support/docs/wire.js';

/*
 * Every block of README.md and docs/ is carried out, or checked, as its language asks for:
 *
 * - `sh`: in one shell for each file, in order, in a folder where Convene is installed and runs; `sh stopped`: after it
 *   was stopped. `http://localhost:3000`, `/backups` and `/srv/convene` are what they are here.
 * - `js`, `ts`: type-checked and run; blocks without an import go on with the program before.
 * - `json NAME`, `http` and `live`: compared with the OpenAPI and AsyncAPI documents; `yaml`: read.
 *
 * What stands in `text output`, or after `// →`, has to be in the output; `…` is whatever is there. What is not run says
 * why, by one of these.
 */
const NOT_RUN = [
  'it installs, and stays',
  'it needs a MongoDB',
  'it needs Docker',
  'it is for a browser',
  'it is a server of its own',
  'it is what a program writes',
];

/** What a reader is thought to have who reads a fragment. */
const GIVEN: Record<string, string> = {
  'docs/CLIENT.md':
    'declare function showSignIn(reason: string): void; declare function showState(state: string): void;',
};

const FILES = ['README.md', ...readdirSync('docs').map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith('.md'),
);

const isShell = ({ language }: Fence): boolean => language === 'sh' || language === 'bash';

describe.each(FILES)('%s', (file) => {
  const fences = fencesOf(readFileSync(file, 'utf8'));
  const programs = programsOf(fences);
  const isRun = fences.some((fence) => fence.noRun === null && (isShell(fence) || isProgram(fence)));

  let installation: Installation;
  let shell: Shell;
  beforeAll(async () => {
    installation = new Installation();
    shell = new Shell(installation.directory);
    if (isRun) {
      await installation.start();
    }
  }, 60_000);
  afterAll(async () => {
    shell.end();
    await installation.close();
  }, 60_000);

  /** What was promised comes, from what still runs in the background, too. */
  const tells = async (lines: readonly string[]): Promise<void> => {
    const missing = (): string[] => missingIn(shell.read(), lines);
    for (let i = 0; i < 500 && missing().length > 0; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect({ missing: missing(), output: missing().length > 0 ? shell.read() : '' }).toEqual({
      missing: [],
      output: '',
    });
  };

  const checks: Record<string, (fence: Fence) => Promise<void> | void> = {
    sh: async ({ code, info, noRun }) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: code });
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
      expect(['', 'stopped']).toContain(info);
      if (noRun === null) {
        if (info === 'stopped') {
          await installation.stop();
        }
        await shell.run(installation.here(code));
      }
    },
    js: async (fence) => {
      const program = programs.find((one) => one.includes(fence)) ?? [];
      if (program[0] === fence) {
        expect(faultsIn(installation.directory, program, GIVEN[file])).toEqual([]);
        const code = program
          .filter(({ noRun }) => noRun === null)
          .map((one) => one.code)
          .join('\n');
        shell.note(await runProgram(installation.directory, installation.here(code)));
        await tells(promised(installation.here(code)));
      }
    },
    json: ({ code, info }) => {
      const value: unknown = JSON.parse(code);
      expect({ info, why: 'name the schema that it is an example of, as in ```json Change' }).toMatchObject({
        info: expect.stringMatching(/^\w+$/),
      });
      expect(faultBySchema(info, value)).toBeNull();
    },
    http: ({ code, info }) => expect(faultOfRequest(code, info)).toBeNull(),
    live: ({ code }) => expect(faultsOfSession(code)).toEqual([]),
    yaml: ({ code }) => expect(typeof parseYaml(code)).toBe('object'),
    text: async ({ code, info, noRun }) => {
      if (noRun === null) {
        expect({ info, why: 'say what it is: ```text output, or ```text no-run: REASON' }).toMatchObject({
          info: 'output',
        });
        await tells(installation.here(code).split('\n'));
      }
    },
  };
  checks['bash'] = checks['sh']!;
  checks['ts'] = checks['mjs'] = checks['js']!;

  if (fences.length === 0) {
    test('has no block', () => expect(readFileSync(file, 'utf8')).not.toMatch(/^\s*(```|~~~)/m));
    return;
  }
  test.each(
    fences.map((fence) => ({ ...fence, fence, name: fence.language || 'a block without a language' })),
  )(
    'line $line: $name',
    async ({ fence }) => {
      const check = checks[fence.language];
      expect({ language: fence.language, known: Object.keys(checks) }).toMatchObject({
        known: expect.arrayContaining([fence.language]),
      });
      if (fence.noRun !== null) {
        expect(NOT_RUN).toContain(fence.noRun);
      }
      await check?.(fence);
    },
    90_000,
  );
});

test('every file that a document leads to is there', () => {
  const missing = [...FILES, 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
    return links
      .filter((to) => !/^[a-z]+:/.test(to))
      .filter((to) => !leadsSomewhere(file, to))
      .map((to) => `${file}: ${to}`);
  });
  expect(missing).toEqual([]);
});

/** To a file, and a heading of it, as GitHub names headings. */
function leadsSomewhere(file: string, to: string): boolean {
  const [target = '', anchor] = to.split('#');
  const found = target === '' ? file : path.join(path.dirname(file), target);
  try {
    const headings = [...readFileSync(found, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
    return anchor === undefined || headings.includes(anchor);
  } catch {
    return false;
  }
}
