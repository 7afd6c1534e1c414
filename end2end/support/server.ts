/** A Regcred of its own: the real binary on an empty data folder and a free port. */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
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
  /** The one-time link that it printed. */
  setupLink: string;
  /** Everything it has printed so far. */
  output(): string;
  stop(): Promise<void>;
};

export type Account = { name: string; email: string; password: string };

/** A server with its first person and project. */
export type Instance = Server & {
  account: Account;
  /** The path of the first project. */
  project: string;
  /** The cookies of the first person, who stays signed in. */
  state: Awaited<ReturnType<BrowserContext['storageState']>>;
};

/** The cookies of somebody who has never been here. */
export const NOBODY = { cookies: [], origins: [] };

/** Starts a server that has not been set up. */
export async function startServer(): Promise<Server> {
  const binary = process.env.REGCRED_BIN;
  if (!binary) throw new Error('Set REGCRED_BIN to the path of the server binary.');
  const data = await mkdtemp(join(tmpdir(), 'regcred-'));
  const ready = /(http:\/\/localhost:\d+)\/setup\?link=[A-Za-z0-9]+(?=\s)/;
  const server = await start(binary, ['serve'], ready, {
    REGCRED_DATA: data,
    REGCRED_LISTEN: '127.0.0.1:0',
    REGCRED_LOG: process.env.REGCRED_LOG ?? 'warn',
  });
  return {
    url: server.said[1]!,
    data,
    setupLink: server.said[0],
    output: server.output,
    stop: async () => {
      await server.stop();
      await rm(data, { recursive: true });
    },
  };
}

/** Starts a server and sets it up by its link, as its first person would. */
export async function startInstance(browser: Browser): Promise<Instance> {
  const server = await startServer();
  const account = { name: 'Dana Kim', email: 'dana@example.com', password: secret('correct horse') };
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, storageState: NOBODY });
  const page = await context.newPage();
  await page.goto(server.setupLink);
  await setUp(page, account);
  await page.waitForURL('**/p/*/credentials');
  const project = new URL(page.url()).pathname.replace(/\/credentials$/, '');
  const state = await context.storageState();
  await context.close();
  return { ...server, account, project, state };
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
