import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @param {string} dir
 * @param {string} url
 * @returns {string | undefined} the file a request means, or nothing where it points outside or to no file
 */
function fileOf(dir, url) {
  try {
    const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
    const file = join(dir, path.endsWith(sep) ? join(path, 'index.html') : path);
    if (!file.startsWith(join(dir, sep))) return undefined;
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Serves the files of a folder as plain hosts do: no rewriting, no caching, and without CORS headers unless asked,
 * because the site must not need them.
 * @param {string} dir
 * @param {{ port?: number, host?: string, cors?: boolean }} [options] port 0 is any free one
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>} url without a slash at its end
 */
export function serveFolder(dir, { port = 0, host = '127.0.0.1', cors = false } = {}) {
  const server = createServer((request, response) => {
    const file = fileOf(dir, request.url ?? '/');
    if (cors) response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'no-cache');
    if (!file) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    if (request.method === 'HEAD') return response.end();
    return createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      const close = () =>
        new Promise((/** @type {(value: void) => void} */ done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ url: `http://${host}:${bound}`, port: bound, close });
    });
  });
}
