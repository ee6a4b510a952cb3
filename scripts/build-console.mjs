// The console's page: src/console bundled into one folder that the service serves as it is. What has a hash in its
// name may be kept by browsers for good; the page names them.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const SOURCE = 'src/console';

/**
 * Writes the bundle and its page, `index.html`.
 *
 * @param {string} folder where to
 * @returns {Promise<string | undefined>} what went wrong, if anything did
 */
export async function buildConsole(folder) {
  const esbuild = await import('esbuild').catch(() => undefined);
  if (!esbuild) return 'esbuild is not installed: run "npm install --include=dev".';
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [join(SOURCE, 'main.tsx'), join(SOURCE, 'styles/main.css')],
      outdir: folder,
      entryNames: '[name]-[hash]',
      chunkNames: 'part-[hash]',
      assetNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
    });
    writeFileSync(join(folder, 'index.html'), page(metafile.outputs));
    return undefined;
  } catch {
    return 'the console does not compile (above); dist/ is as it was.';
  }
}

/** @param {Record<string, { entryPoint?: string }>} outputs */
function page(outputs) {
  const names = new Map(
    Object.entries(outputs).map(([file, { entryPoint }]) => [entryPoint, basename(file)]),
  );
  const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1] ?? '';
  return readFileSync(join(SOURCE, 'page.html'), 'utf8')
    .replace('{script}', `console/${names.get(`${SOURCE}/main.tsx`)}`)
    .replace('{style}', `console/${names.get(`${SOURCE}/styles/main.css`)}`)
    .replace('{version}', version);
}
