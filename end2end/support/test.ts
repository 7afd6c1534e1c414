/** The `test` of every spec: a server, a person signed in, and a guard on every page. */
import { test as base, expect, type Page } from '@playwright/test';
import { watch } from './guard.ts';
import { NOBODY, startInstance, startServer, type Instance, type NewServer } from './server.ts';

type Options = {
  /** Whether each test has a server of its own; else it shares one with the tests of its worker. */
  fresh: boolean;
  /** Settings of a server of its own, by the names of their variables. */
  settings: Record<string, string>;
  /** Whether the first person is signed in. */
  signedIn: boolean;
};

type Fixtures = {
  instance: Instance;
  /** A server that nobody has set up yet. */
  newServer: NewServer;
  /** Another browser, of somebody who is not signed in. */
  stranger: Page;
  /** A page that axe can look into: without JavaScript one of a browser that has it, but not our scripts. */
  scannable: Page;
};

export const test = base.extend<Options & Fixtures, { shared: Instance }>({
  fresh: [false, { option: true }],
  settings: [{}, { option: true }],
  signedIn: [true, { option: true }],

  shared: [
    async ({ browser }, use) => {
      const instance = await startInstance(browser);
      await use(instance);
      await instance.stop();
    },
    { scope: 'worker' },
  ],

  instance: async ({ shared, fresh, settings, browser }, use) => {
    if (!fresh) return use(shared);
    const instance = await startInstance(browser, settings);
    await use(instance);
    await instance.stop();
  },

  newServer: async ({}, use) => {
    const server = await startServer();
    await use(server);
    await server.stop();
  },

  baseURL: async ({ instance }, use) => use(instance.url),
  storageState: async ({ instance, signedIn }, use) => use(signedIn ? instance.state : NOBODY),

  context: async ({ context }, use) => {
    const problems = await watch(context);
    await use(context);
    expect(await problems(), 'what no page may do').toEqual([]);
  },

  stranger: async ({ browser, baseURL, javaScriptEnabled }, use) => {
    const context = await browser.newContext({ baseURL, javaScriptEnabled, storageState: NOBODY });
    const problems = await watch(context);
    await use(await context.newPage());
    expect(await problems(), 'what no page may do').toEqual([]);
    await context.close();
  },

  scannable: async ({ browser, context, baseURL, javaScriptEnabled }, use) => {
    if (javaScriptEnabled !== false) return use(await context.newPage());
    const scripted = await browser.newContext({
      baseURL,
      javaScriptEnabled: true,
      storageState: await context.storageState(),
    });
    // The page as it is without our scripts, where those of axe may run.
    await scripted.route(/\/pkg\/.*\.(js|wasm)$/, (route) => route.abort());
    await use(await scripted.newPage());
    await scripted.close();
  },
});

export { expect };
