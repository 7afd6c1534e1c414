/** What `make lighthouse` runs: one measurement after the other, in one browser. */
import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

export default defineConfig({
  ...base,
  testDir: 'lighthouse',
  timeout: 2 * 60 * 60_000,
  workers: 1,
  projects: [{ name: 'lighthouse' }],
});
