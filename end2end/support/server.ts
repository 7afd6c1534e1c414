/** A Regcred of its own: the real binary on a data folder of its own and a free port. */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillIn } from './form.ts';
import { start } from './process.ts';
import { secret } from './secrets.ts';

export type Server = {
  /** `http://localhost:PORT` */
  url: string;
  /** The folder of its database and key. */
  data: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Stops it, and then removes its folder. */
  stop(beforeRemoval?: () => Promise<void>): Promise<void>;
};

/** A server that nobody has set up yet. */
export type NewServer = Server & {
  /** The one-time link, from the file that it named. */
  setupLink: string;
};

export type Account = { name: string; email: string; password: string };

/** What a set-up leaves: the first person, who is signed in, and their project. */
type SetUp = {
  account: Account;
  /** The path of the first project. */
  project: string;
  /** The cookies of the first person, who stays signed in. */
  state: Awaited<ReturnType<BrowserContext['storageState']>>;
};

/** A server with its first person and project. */
export type Instance = Server & SetUp;

/** Settings of a server by the names of their variables. */
type Settings = Record<string, string>;

/** How old a set-up may be that servers start from: its session ends half an hour after the last request. */
const AGE = 10 * 60_000;

/** The cookies of somebody who has never been here. */
export const NOBODY = { cookies: [], origins: [] };

/** Starts a server that has not been set up. */
export async function startServer(): Promise<NewServer> {
  const ready = /Regcred listens on (http:\/\/localhost:\d+)\s[^]*the link is in (\S+)\s/;
  const { said, ...server } = await serve(await newFolder(), ready);
  return { ...server, setupLink: (await readFile(said[2]!, 'utf8')).trim() };
}

/** Starts a server with its first person and project, on a copy of what a set-up has left, with these settings besides. */
export async function startInstance(browser: Browser, settings: Settings = {}): Promise<Instance> {
  const { from, account, project, state } = await someSetUp(browser);
  const data = await newFolder();
  await cp(from, data, { recursive: true });
  const { said: _, ...server } = await serve(data, /Regcred listens on (http:\/\/localhost:\d+)(?=\s)/, settings);
  return { ...server, account, project, state };
}

const newFolder = () => mkdtemp(join(tmpdir(), 'regcred-'));

/** Starts a server on the folder, and waits until it has printed `ready`, whose first group is its address. */
async function serve(data: string, ready: RegExp, settings: Settings = {}): Promise<Server & { said: RegExpMatchArray }> {
  const binary = process.env.REGCRED_BIN;
  if (!binary) throw new Error('Set REGCRED_BIN to the path of the server binary.');
  const server = await start(binary, ['serve'], ready, {
    REGCRED_DATA: data,
    REGCRED_LISTEN: '127.0.0.1:0',
    REGCRED_LOG: process.env.REGCRED_LOG ?? 'warn',
    ...settings,
  });
  return {
    said: server.said,
    url: server.said[1]!,
    data,
    output: server.output,
    stop: async (beforeRemoval) => {
      await server.stop();
      await beforeRemoval?.();
      await rm(data, { recursive: true });
    },
  };
}

/** The set-up that all servers of a worker start from. */
let made: (SetUp & { from: string; at: number }) | undefined;

/** A set-up that is young enough, and the data folder that it has left. */
async function someSetUp(browser: Browser): Promise<SetUp & { from: string }> {
  if (made && Date.now() - made.at < AGE) return made;
  const server = await startServer();
  const left = await setUpFirst(browser, server);
  // Kept when the server is gone.
  const from = await newFolder();
  process.once('exit', () => rmSync(from, { recursive: true, force: true }));
  await server.stop(() => cp(server.data, from, { recursive: true }));
  made = { ...left, from, at: Date.now() };
  return made;
}

/** Sets a server up by its link, as its first person would. */
async function setUpFirst(browser: Browser, server: NewServer): Promise<SetUp> {
  const account = { name: 'Dana Kim', email: 'dana@example.com', password: secret('correct horse') };
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, storageState: NOBODY });
  const page = await context.newPage();
  await page.goto(server.setupLink);
  await setUp(page, account);
  await page.waitForURL('**/p/*/credentials');
  const project = new URL(page.url()).pathname.replace(/\/credentials$/, '');
  const state = await context.storageState();
  await context.close();
  return { account, project, state };
}

/** Fills in the set-up form and sends it. */
export async function setUp(page: Page, account: Account, project = 'Acme'): Promise<void> {
  await fillIn(page, {
    'Project name': project,
    'Your name': account.name,
    'Email': account.email,
    'Password': account.password,
  });
  await page.getByRole('button', { name: 'Create and sign in' }).click();
}
