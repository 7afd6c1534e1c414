import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential } from '../support/credentials.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

test.use({ fresh: true });

/** A credential that a pipeline received twice; their names. */
async function delivered(page: Page, instance: Instance): Promise<[string, string]> {
  const [credential, pipeline] = [unique('used'), unique('user')];
  await addCredential(page, instance, { name: credential, registry_url: 'ghcr.io' });
  const token = await addPipeline(page, instance, { name: pipeline, credentials: [credential] });
  for (let i = 0; i < 2; i++) expect((await fetchConfig(instance, token)).status).toBe(200);
  return [credential, pipeline];
}

test('the menu leads to who used which registry, and a figure to its receipts', async ({ page, instance }) => {
  const [credential, pipeline] = await delivered(page, instance);
  await page.goto(`${instance.project}/credentials`);
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Usage' }).click();
  await expect(page.getByRole('heading', { name: 'Usage', exact: true })).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: pipeline });
  await expect(row).toContainText('ghcr.io');
  await row.getByRole('link', { name: `2 delivered: ${credential}, ${pipeline}` }).click();
  await expect(page.getByText(`Only requests of ${pipeline} that were delivered since `)).toBeVisible();
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page.getByText('Only requests of')).toHaveCount(0);
});

test('views and windows are links that keep each other', async ({ page, instance }) => {
  const [credential] = await delivered(page, instance);
  await page.goto(`${instance.project}/usage`);
  await page.getByRole('navigation', { name: 'Window' }).getByRole('link', { name: 'Last 7 days' }).click();
  await page.getByRole('navigation', { name: 'Usage' }).getByRole('link', { name: 'Credentials' }).click();
  await expect(page).toHaveURL(/\/usage\?view=credential&window=7$/);
  await expect(page.getByRole('table', { name: 'Usage, last 7 days' })).toContainText(credential);
  await expect(page.getByRole('navigation', { name: 'Window' }).locator('[aria-current]')).toHaveText('Last 7 days');
});

test('the picture is read and reached like the table', async ({ page, instance }) => {
  const [, pipeline] = await delivered(page, instance);
  await page.goto(`${instance.project}/usage`);
  const flow = page.getByRole('link', { name: `ghcr.io to ${pipeline}: 2 delivered` });
  await flow.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/deliveries\?credential=[0-9a-f-]{36}&outcome=delivered&since=[0-9-]{10}$/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    test('axe finds nothing on a page with figures', async ({ scannable, instance }) => {
      await delivered(scannable, instance);
      for (const view of ['registry', 'credential', 'pipeline']) {
        await scannable.goto(`${instance.project}/usage?view=${view}`);
        await expectAccessible(scannable, `usage by ${view}`);
      }
    });
  });
}

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('a page with figures is not wider than the screen', async ({ page, instance }) => {
    await delivered(page, instance);
    await page.goto(`${instance.project}/usage?window=all`);
    await expectNoSideScroll(page, 'usage');
  });
});
