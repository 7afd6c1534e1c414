import { defineConfig, devices } from '@playwright/test';

// Every claim is made twice: with JavaScript and without. Only what is about JavaScript itself, in
// files that end in .hydrate.spec.ts, is claimed once.
const NEEDS_JAVASCRIPT = ['**/*.hydrate.spec.ts', '**/screenshots.spec.ts'];

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
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
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
