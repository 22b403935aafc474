/** Serves the built studio to browsers of this machine, cross-origin isolated as any good host does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { headers } from '../src/service-worker/headers.ts';
import { UsageError } from './errors.ts';

export interface Served {
  url: string;
  close(): void;
}

/** `port` 0: any that is free. Throws `UsageError` where the port is taken. */
export function serve(folder: string, port: number): Promise<Served> {
  const answer = sirv(folder, {
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) =>
    answer(request, response, () => void response.writeHead(404).end('not found')),
  );
  return new Promise((done, fail) => {
    server.on('error', ({ message }) => fail(new UsageError(`Port ${port} cannot be used: ${message}.`)));
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      done({
        url: `http://127.0.0.1:${taken}/`,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
