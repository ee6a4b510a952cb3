import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { ContentSchema } from '../../src/calendar/content.js';
import { CONTENT_FIELDS } from '../../src/calendar/fields.js';
import * as client from '../../src/client/index.js';

const root = path.resolve('src');
const { config } = ts.readConfigFile('tsconfig.json', (file) => readFileSync(file, 'utf8'));
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.');

/** What a file imports once it is JavaScript: its types cost nothing. */
function importsOf(file: string): string[] {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { ...options, module: ts.ModuleKind.ESNext, noEmit: false },
  });
  return ts.preProcessFile(outputText).importedFiles.map(({ fileName }) => fileName);
}

/** All that a bundle of this file holds: our files, and the packages that they want. */
function bundleOf(entry: string): { files: string[]; packages: string[] } {
  const [files, packages] = [new Set([entry]), new Set<string>()];
  for (const file of files) {
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) {
        files.add(path.resolve(path.dirname(file), specifier.replace(/\.js$/, '.ts')));
      } else {
        packages.add(specifier);
      }
    }
  }
  return { files: [...files].map((file) => path.relative(root, file)), packages: [...packages].sort() };
}

test('a page that uses the client loads little: no schemas, no time zones, nothing of Node', () => {
  const { files, packages } = bundleOf(path.join(root, 'client/index.ts'));
  expect(packages).toEqual(['fast-json-patch', 'node-diff3', 'socket.io-client']);
  expect(files.filter((file) => !file.startsWith('client')).sort()).toEqual([
    'calendar/difference.ts',
    'calendar/fields.ts',
    'calendar/json.ts',
    'calendar/rebase.ts',
  ]);
});

test('the package leads to the client', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(manifest.exports['./client']).toEqual({
    types: './dist/client/index.d.ts',
    default: './dist/client/index.js',
  });
  expect(Object.keys(manifest.dependencies)).toEqual(
    expect.arrayContaining(['fast-json-patch', 'node-diff3', 'socket.io-client']),
  );
  expect(Object.keys(client).sort()).toEqual(['ConveneClient', 'ConveneError', 'socketIo']);
});

test('there are the fields that the content’s schema has', () => {
  expect(CONTENT_FIELDS).toEqual(Object.keys(ContentSchema.shape));
});
