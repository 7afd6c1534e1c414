import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { fillIn } from '../support/form.ts';
import { addPipeline, openPart } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

test.use({ fresh: true });

/** A pipeline whose file names a registry that the project has no credential for; its name. */
async function planted(page: Page, instance: Instance): Promise<string> {
  const pipeline = unique('undeclared');
  await addPipeline(page, instance, { name: pipeline });
  await openPart(page, 'definitions');
  await fillIn(page, {
    'Name of a pasted file (Optional)': 'Dockerfile',
    'Text of a pasted file (Optional)': 'FROM quay.io/acme/base\n',
  });
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.goto('/admin/jobs');
  await page.getByRole('button', { name: 'Run now: Look for findings' }).click();
  await expect(async () => {
    await page.goto(`${instance.project}/findings`);
    await expect(page.getByRole('row').filter({ hasText: pipeline })).toBeVisible({ timeout: 100 });
  }).toPass();
  return pipeline;
}

test('a finding is accepted with a reason, and opened again', async ({ page, instance }) => {
  const pipeline = await planted(page, instance);
  const row = page.getByRole('row').filter({ hasText: pipeline });
  await expect(row).toContainText('No credential for a registry');
  await expect(row.getByRole('link', { name: /^Add a credential/ })).toBeVisible();
  await row.getByText('Accept', { exact: true }).click();
  await row.getByLabel('Until').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  await row.getByRole('button', { name: 'Accept finding' }).click();
  await expect(row).toContainText('Enter a reason.');
  await row.getByLabel('Reason').fill('Everything there is public.');
  await row.getByRole('button', { name: 'Accept finding' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The finding was accepted until' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Findings' }).getByRole('link', { name: 'Accepted' }).click();
  await expect(row).toContainText('Everything there is public.');
  await row.getByRole('button', { name: /^Open again/ }).click();
  await page.getByRole('navigation', { name: 'Findings' }).getByRole('link', { name: 'Open' }).click();
  await expect(row).toBeVisible();
});

test('axe finds nothing on a page with findings', async ({ scannable, instance }) => {
  await planted(scannable, instance);
  await expectAccessible(scannable, 'findings');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('a page with findings is not wider than the screen', async ({ page, instance }) => {
    await planted(page, instance);
    await expectNoSideScroll(page, 'findings');
  });
});
