import { inRoot } from './paths.js';
import { serveFolder } from './serve.js';

const firstPort = 4173;
const portsToTry = 100;

/** Another program may have the port, so the next free one is taken and printed. */
async function serveOnFreePort() {
  for (let port = firstPort; port < firstPort + portsToTry; port++) {
    try {
      return await serveFolder(inRoot('web/dist'), { port });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`no port from ${firstPort} to ${firstPort + portsToTry - 1} is free`);
}

const { url } = await serveOnFreePort();
console.log(`V-Motion is at ${url}/ (Ctrl+C ends it)`);
