import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Fence } from './fences.js';

export const isProgram = ({ language }: Fence): boolean => ['js', 'mjs', 'ts'].includes(language);

/** The programs of a file: one begins with an import, and blocks without any go on with the one before. */
export function programsOf(fences: readonly Fence[]): Fence[][] {
  const programs: Fence[][] = [];
  for (const fence of fences.filter(isProgram)) {
    const last = programs.at(-1);
    if (last?.[0]?.language === fence.language && !/^import\b/m.test(fence.code)) {
      last.push(fence);
    } else {
      programs.push([fence]);
    }
  }
  return programs;
}

/** Every type of the client's, for blocks that name one without importing it; what the patches of changes hold. */
const GLOBAL = `
type Role = import('convene/client').Role;
type Operation = import('convene/client').Change['patch'][number];
`;

const SAME = 'type SameAs<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;';

/**
 * What TypeScript has to say of a program, strictly; a type that has the name of one of the client's has to be it.
 *
 * @param given declarations of what the reader is thought to have
 */
export function faultsIn(directory: string, program: readonly Fence[], given = ''): string[] {
  const name = path.join(directory, `program-${program[0]?.line}.mts`);
  const code = program.map((fence) => fence.code).join('\n');
  const types = [...code.matchAll(/^type (\w+) =/gm)].map(([, type = '']) => type);
  const same = types.map(
    (type) => `export const is${type}: SameAs<${type}, import('convene/client').${type}> = true;`,
  );
  const isScript = program.every(({ language }) => language !== 'ts');
  const file = isScript ? name.replace('.mts', '.mjs') : name;
  writeFileSync(file, isScript ? code : [code, ...same, SAME, 'export {};'].join('\n'));
  const around = path.join(directory, 'given.d.ts');
  writeFileSync(around, GLOBAL + given);
  const checked = ts.createProgram([file, around], {
    strict: true,
    noImplicitAny: !isScript, // JavaScript says no types
    noEmit: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    typeRoots: [path.resolve('node_modules/@types')],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const faults = ts.getPreEmitDiagnostics(checked).map(({ file: at, start = 0, messageText }) => {
    const line = at ? at.getLineAndCharacterOfPosition(start).line : 0;
    const text = at?.text.split('\n')[line]?.trim() ?? '';
    return `${text}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  // Nobody says in JavaScript what an answer over REST is.
  return faults.filter((fault) => !isScript || !fault.endsWith("does not exist on type 'unknown'."));
}

/** Runs a program; answers what it has written. @throws where it fails, complains or does not end */
export function runProgram(directory: string, code: string): Promise<string> {
  const file = path.join(directory, 'running.mjs');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  writeFileSync(file, ts.transpileModule(code, { compilerOptions }).outputText);
  return new Promise((resolve, reject) => {
    const node = spawn(process.execPath, [file], { cwd: directory, timeout: 30_000 });
    const said = { output: '', errors: '' };
    node.stdout.on('data', (data: Buffer) => (said.output += data.toString()));
    node.stderr.on('data', (data: Buffer) => (said.errors += data.toString()));
    node.once('close', (status) =>
      status === 0 && said.errors === ''
        ? resolve(said.output)
        : reject(new Error(`It ended with ${status}: ${said.errors}${said.output}`)),
    );
  });
}
