import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

// Chromium without its windows, where there is one: a page takes half the time.
const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));

// Every claim is made twice: with JavaScript and without. Only what is about JavaScript itself, in
// files that end in .hydrate.spec.ts, is claimed once.
const NEEDS_JAVASCRIPT = ['**/*.hydrate.spec.ts', '**/screenshots.spec.ts'];

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: Math.max(2, availableParallelism()),
  retries: 0,
  forbidOnly: true,
  reporter: 'list',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    // It is taken before anybody knows whether the test fails, and nobody looks at those of the CI.
    screenshot: process.env.CI ? 'off' : 'only-on-failure',
    // As in a browser with windows, where whoever clicks may copy.
    permissions: ['clipboard-write'],
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'with JavaScript' },
    { name: 'without JavaScript', use: { javaScriptEnabled: false }, testIgnore: NEEDS_JAVASCRIPT },
  ],
});
