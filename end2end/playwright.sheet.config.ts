/** What `make sheet` runs: pictures of every page, and no claims. */
import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

export default defineConfig({
  ...base,
  testDir: 'sheet',
  timeout: 120_000,
  projects: [{ name: 'contact sheet' }],
});
