import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { problem } from '../protocol/problems.js';

/** Where the build leaves the console: beside this room. There is no page in its sources, only in what is built. */
const FOLDER = fileURLToPath(new URL('../console/', import.meta.url));
const PAGE = 'index.html';

/** A file as it is sent. */
interface File {
  type: string;
  bytes: Buffer;
  zipped: Buffer;
  etag: string;
}

/**
 * The console: its page at `/`, and at `/console/` what the page names. These are few and small: they are read once.
 * A program that runs without a build has no console, and says so.
 */
export function createConsole(folder = FOLDER): Router {
  const files = filesOf(folder);
  const page = files.get(PAGE) ?? fileOf(PAGE, Buffer.from(WITHOUT));
  const router = Router({ caseSensitive: true, strict: true });
  serve(router, '/', (request, response) => {
    response.set({ 'Cache-Control': 'no-cache', 'Content-Security-Policy': POLICY });
    send(request, response, page);
  });
  for (const [name, file] of files) {
    if (name !== PAGE) {
      serve(router, `/console/${name}`, (request, response) => {
        response.set('Cache-Control', 'public, max-age=31536000, immutable');
        send(request, response, file);
      });
    }
  }
  return router;
}

function serve(router: Router, path: string, get: RequestHandler): void {
  const route = router.route(path);
  route.get(get);
  route.options((_request, response) => {
    response.set('Allow', ALLOWED).status(204).end();
  });
  route.all((_request, response) => {
    response.set('Allow', ALLOWED);
    throw problem('method-not-allowed', `This path takes ${ALLOWED}.`);
  });
}

const ALLOWED = 'GET, HEAD, OPTIONS';

function send(request: Request, response: Response, { type, bytes, zipped, etag }: File): void {
  response.set({ ETag: etag, Vary: 'Accept-Encoding' });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const isZipped = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isZipped) {
    response.set('Content-Encoding', 'gzip');
  }
  const body = isZipped ? zipped : bytes;
  response.set({ 'Content-Type': type, 'Content-Length': String(body.length) }).end(body);
}

function filesOf(folder: string): Map<string, File> {
  if (!existsSync(join(folder, PAGE))) {
    return new Map();
  }
  return new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, fileOf(name, readFileSync(join(folder, name)))]),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

function fileOf(name: string, bytes: Buffer): File {
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    bytes,
    zipped: gzipSync(bytes),
    // Weak: it is the same whether or not it is zipped.
    etag: `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}

/** Stricter than elsewhere: the console has no inline styles either. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "script-src-attr 'none'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const WITHOUT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Convene</title>
<h1>Convene</h1>
<p>The service runs; its console was not built (<code>npm run build</code>).</p>
<p>The API can be read and tried at <a href="/api/docs/">/api/docs</a>.</p>
</html>
`;
