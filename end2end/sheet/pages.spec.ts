import type { Page } from '@playwright/test';
import { addCredential, openNew } from '../support/credentials.ts';
import { everyPage, PAGES } from '../support/pages.ts';
import { secret, unique } from '../support/secrets.ts';
import { NOBODY, type Instance } from '../support/server.ts';
import { STATES } from '../support/states.ts';
import { expect, test } from '../support/test.ts';
import { draw } from './draw.ts';

for (const [index, what] of PAGES.entries()) {
  test(what, async ({ page, instance }) => {
    const address = (await everyPage(page, instance))[what]!;
    if (what === 'signing in') await page.context().clearCookies();
    await page.goto(address);
    await draw(page, index, what);
  });
}

const MORE: Record<string, (page: Page, instance: Instance) => Promise<void>> = {
  ...STATES,
  'the keys of the keyboard': async (page, instance) => {
    await page.goto(`${instance.project}/pipelines`);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await expect(page.getByRole('group', { name: 'Keyboard shortcuts' })).toBeVisible();
  },
  'what asks before a form is thrown away': async (page, instance) => {
    const dialog = await openNew(page, instance);
    await page.waitForFunction(() => document.querySelector('dialog')?.matches(':modal'));
    await dialog.getByLabel('Registry URL', { exact: true }).fill('ghcr.io');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('alertdialog')).toBeVisible();
  },
};

for (const [index, [what, reach]] of Object.entries(MORE).entries()) {
  test(what, async ({ page, instance }) => {
    await reach(page, instance);
    await draw(page, 100 + index, what);
  });
}

test('before the set-up', async ({ browser, newServer }) => {
  const context = await browser.newContext({ storageState: NOBODY });
  const page = await context.newPage();
  await page.goto(newServer.setupLink);
  await draw(page, 200, 'the set-up form');
  await page.goto(`${newServer.url}/sign-in`);
  await draw(page, 201, 'signing in before the set-up');
  await context.close();
});

test.describe('in a new project', () => {
  test.use({ fresh: true });

  test('empty lists and first steps', async ({ page, instance }) => {
    for (const [index, noun] of ['credentials', 'pipelines'].entries()) {
      await page.goto(`${instance.project}/${noun}`);
      await draw(page, 202 + index, `no ${noun}`);
    }
    await addCredential(page, instance, { name: unique('first'), password: secret() });
    await page.goto(`${instance.project}/credentials`);
    await draw(page, 204, 'the first steps');
  });

  test('a full list', async ({ page, instance }) => {
    const hosts = ['ghcr.io', 'docker.io', 'quay.io', 'registry.gitlab.com', 'registry.example.com:5000'];
    for (let i = 0; i < 24; i++) {
      const expires_on = i % 3 ? new Date(Date.now() + (i - 8) * 5 * 86_400_000).toISOString().slice(0, 10) : '';
      const description = i % 2 ? `What the builds of team ${i} pull from here` : '';
      await addCredential(page, instance, { name: `team-${i}`, description, registry_url: hosts[i % hosts.length]!, paths: `acme/team-${i}`, expires_on });
    }
    await page.goto(`${instance.project}/credentials`);
    await draw(page, 205, 'a full list');
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the menu', async ({ page, instance }) => {
    await page.goto(`${instance.project}/pipelines`);
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await draw(page, 206, 'the menu of a phone');
  });
});
