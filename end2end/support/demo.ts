/** The made-up instance that `regcred demo` makes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from './process.ts';
import type { Account } from './server.ts';

/** Whom it says to sign in as. */
export const ANN: Account = { name: 'Ann Archer', email: 'ann@example.com', password: 'three made-up words' };

/** How long it may take to make up 90 days while other tests run. */
const PATIENCE = 90_000;

export type Demo = {
  /** `http://localhost:PORT` */
  url: string;
  /** Stops it, and then removes its folder. */
  stop(): Promise<void>;
};

/** Fills a new folder, and serves it on a free port. */
export async function startDemo(): Promise<Demo> {
  const binary = process.env.REGCRED_BIN;
  if (!binary) throw new Error('Set REGCRED_BIN to the path of the server binary.');
  const folder = await mkdtemp(join(tmpdir(), 'regcred-demo-'));
  const words = ['demo', '--data', join(folder, 'demo'), '--listen', '127.0.0.1:0'];
  const ready = /Regcred listens on (http:\/\/localhost:\d+)(?=\s)/;
  const server = await start(binary, words, ready, {}, PATIENCE);
  return {
    url: server.said[1]!,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
