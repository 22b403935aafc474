import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PlainHost {
  /** Of the studio, which lies in a folder. */
  url: string;
  /** From now on it hands out a version that differs in the page's title. */
  renew(title: string): void;
  close(): Promise<void>;
}

const folder = '/some/folder/';
const built = fileURLToPath(new URL('../../dist/', import.meta.url));
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** A host that knows nothing of the studio: hands out the built files in a folder of its own, and sends no header but their type. */
export async function plainHost(): Promise<PlainHost> {
  let title = '';
  const server = createServer(async ({ url = '/' }, response) => {
    const path = new URL(url, 'http://host').pathname.replace(/\/$/, '/index.html');
    try {
      if (!path.startsWith(folder)) throw new Error(`nothing lies at ${path}`);
      const bytes = await readFile(join(built, path.slice(folder.length)));
      response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
      response.end(title ? renewed(path, bytes, title) : bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${folder}`,
    renew(next) {
      title = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As a build with another title: another page, and a service worker that names it by another revision. */
function renewed(path: string, bytes: Buffer, title: string): Buffer | string {
  if (path.endsWith('/index.html')) return String(bytes).replace(/<title>.*<\/title>/, `<title>${title}</title>`);
  if (!path.endsWith('/service-worker.js')) return bytes;
  const text = String(bytes);
  const page = /"revision":"\w+"(?=,"url":"index\.html")|(?<="url":"index\.html",)"revision":"\w+"/;
  if (!page.test(text)) throw new Error('the service worker does not name the page');
  return text.replace(page, `"revision":"${Date.now()}"`);
}
