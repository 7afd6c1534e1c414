/** The way between browser and server, on which a page arrives bit by bit. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from './server.ts';

/** How many pieces a page comes in, and how far apart: each is drawn before the next is there. */
const PIECES = 12;
const APART_MS = 40;

export type SlowWay = { url: string; close(): Promise<void> };

/** An address whose pages are those of the server, each in pieces. */
export async function slowWayTo(server: Server): Promise<SlowWay> {
  const { hostname, port, host } = new URL(server.url);
  const way = createServer((asked, answer) => {
    // It asks under the server's own name, which answers for no other.
    const headers = { ...asked.headers, host, 'accept-encoding': 'identity' };
    const passed = request({ hostname, port, path: asked.url, method: asked.method, headers }, async (got) => {
      const { 'content-length': _, ...sent } = got.headers;
      answer.writeHead(got.statusCode!, sent);
      const whole = Buffer.concat(await got.toArray());
      const isPage = /^text\/html/.test(got.headers['content-type'] ?? '');
      const size = isPage ? Math.ceil(whole.length / PIECES) : whole.length;
      for (let at = 0; at < whole.length; at += size) {
        answer.write(whole.subarray(at, at + size));
        if (isPage) await pause(APART_MS);
      }
      answer.end();
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((ready) => way.listen(0, '127.0.0.1', ready));
  return {
    url: `http://localhost:${(way.address() as AddressInfo).port}`,
    close: async () => {
      way.closeAllConnections();
      await new Promise((closed) => way.close(closed));
    },
  };
}
