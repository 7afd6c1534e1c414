import type { Page } from '@playwright/test';
import { isModal } from '../support/awake.ts';
import { addCredential, openNew } from '../support/credentials.ts';
import { changeFirstEvent } from '../support/database.ts';
import { command } from '../support/members.ts';
import { everyPage, PAGES } from '../support/pages.ts';
import { secret, unique } from '../support/secrets.ts';
import { NOBODY, startInstance, type Instance } from '../support/server.ts';
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
    await isModal(page);
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

  test('what has nothing to show yet', async ({ page, instance }) => {
    for (const [index, noun] of ['approvals', 'usage', 'findings', 'reviews'].entries()) {
      await page.goto(`${instance.project}/${noun}`);
      await draw(page, 210 + index, `no ${noun}`);
    }
  });

  test('a key that can be retired', async ({ page }) => {
    await page.goto('/admin/keys');
    await page.getByRole('button', { name: 'Rotate data key', exact: true }).click();
    const retire = page.locator('summary', { hasText: 'Retire data key 1' });
    // The server does it by itself, soon.
    await expect(async () => {
      await page.goto('/admin/keys');
      await expect(retire).toBeVisible({ timeout: 100 });
    }).toPass();
    await retire.click();
    await draw(page, 214, 'a key that can be retired');
  });

  test('a chain that does not hold', async ({ page, instance }) => {
    await changeFirstEvent(instance);
    await page.goto(`${instance.project}/audit/verify`);
    await expect(page.getByText('does not hold').first()).toBeVisible();
    await draw(page, 215, 'a chain that does not hold');
    await page.getByRole('link', { name: /^Open link / }).click();
    await expect(page.getByText('This link does not hold')).toBeVisible();
    await draw(page, 216, 'an event that does not hold');
  });

  test('the menu of projects', async ({ page, instance }) => {
    await command(instance, ['project', 'add', 'Acme Web', '--owner', instance.account.email]);
    await page.goto(`${instance.project}/credentials`);
    await page.getByRole('button', { name: 'Switch project' }).click();
    await expect(page.getByRole('navigation', { name: 'Projects' })).toBeVisible();
    await draw(page, 217, 'the menu of projects');
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

/** The public key of a witness, and where nobody answers. */
const WITNESS = 'witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 https://witness.acme.invalid';

test('what waits for a witness', async ({ browser }) => {
  const settings = { REGCRED_WITNESSES: WITNESS };
  const instance = await startInstance(browser, settings);
  const context = await browser.newContext({ baseURL: instance.url, storageState: instance.state });
  const page = await context.newPage();
  await command(instance, ['audit', 'checkpoint']);
  await page.goto('/admin/keys');
  await expect(page.getByText('Not yet witnessed by').first()).toBeVisible();
  await draw(page, 218, 'keys whose checkpoint waits for a witness');
  await page.goto(`${instance.project}/reviews`);
  await page.getByLabel('Name', { exact: true }).fill('Fourth quarter');
  await page.getByRole('button', { name: 'Open review' }).click();
  await page.getByRole('link', { name: 'Report' }).click();
  await expect(page.getByText('Not yet witnessed by').first()).toBeVisible();
  await draw(page, 219, 'a report that waits for a witness');
  await context.close();
  await instance.stop();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('the menu', async ({ page, instance }) => {
    await page.goto(`${instance.project}/pipelines`);
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await draw(page, 206, 'the menu of a phone');
  });
});
