/** Child processes that say when they are ready, and end when they are told to. */
import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

/** How long a process may take to be ready, and to end. */
const PATIENCE = 30_000;

export type Running = {
  /** What `ready` matched in the output. */
  said: RegExpMatchArray;
  /** Everything the process has written so far. */
  output(): string;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
};

/** Starts a program and waits until `ready` matches what it writes. */
export async function start(
  program: string,
  args: string[],
  ready: RegExp,
  env: Record<string, string> = {},
  patience = PATIENCE,
): Promise<Running> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const child = spawn(program, args, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const gone = ended(child);
  let written = '';
  try {
    const said = await within(
      `${program} was not ready`,
      new Promise<RegExpMatchArray>((resolve, reject) => {
        const read = (chunk: string) => {
          written += chunk;
          const match = written.match(ready);
          if (match) resolve(match);
        };
        child.stdout.setEncoding('utf8').on('data', read);
        child.stderr.setEncoding('utf8').on('data', read);
        gone.then((how) => reject(new Error(`${program} ended (${how}):\n${written}`)));
      }),
      patience,
    );
    return {
      said,
      output: () => written,
      stop: async () => {
        process.off('exit', killWithUs);
        child.kill('SIGTERM');
        await within(`${program} did not end`, gone).finally(() => child.kill('SIGKILL'));
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${(error as Error).message}\n${written}`);
  }
}

/** Runs a program to its end. A failure rejects with what it wrote. */
export const run = promisify(execFile);

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
  });
}

async function within<T>(otherwise: string, work: Promise<T>, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${otherwise} within ${patience / 1000} s`)), patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
