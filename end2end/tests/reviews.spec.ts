import { expectAccessible, expectNoSideScroll } from '../support/axe.ts';
import { addCredential } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { addMember } from '../support/members.ts';
import { addPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import type { Page } from '@playwright/test';

test.use({ fresh: true });

/** Opens a review of a project with a grant; gives the name of the pipeline. */
async function opened(page: Page, instance: Instance): Promise<string> {
  const [credential, pipeline] = [unique('reviewed'), unique('reviewed')];
  await addCredential(page, instance, { name: credential, registry_url: 'ghcr.io' });
  await addPipeline(page, instance, { name: pipeline, credentials: [credential] });
  await page.goto(`${instance.project}/reviews`);
  await fillIn(page, { Name: 'Fourth quarter' });
  await page.getByRole('button', { name: 'Open review' }).click();
  await expect(page.getByRole('heading', { name: 'Fourth quarter' })).toBeVisible();
  return pipeline;
}

test('who opens a review does not decide about their own, and closes it with a checkpoint', async ({ page, instance }) => {
  const pipeline = await opened(page, instance);
  const row = page.getByRole('row').filter({ hasText: pipeline }).first();
  await expect(row).toContainText('nobody decides about their own access');
  await expect(row.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Save decision' }), 'nothing can be selected').toHaveCount(0);
  await page.locator('summary', { hasText: 'Close review' }).click();
  await expect(page.getByText('This cannot be undone.'), 'what closing does is said first').toBeVisible();
  await page.getByRole('button', { name: 'Close review', exact: true }).click();
  await expect(page.getByText('The review was closed')).toBeVisible();
  await page.getByRole('link', { name: 'Report' }).click();
  await expect(page.getByRole('heading', { name: 'When the review was closed' })).toBeVisible();
  await expect(page.getByRole('table').first()).toContainText(pipeline);
});

test('a decision without an item is refused at the items', async ({ page, instance }) => {
  await addMember(instance, 'auditor');
  await opened(page, instance);
  await page.getByRole('button', { name: 'Save decision' }).click();
  const box = page.getByRole('checkbox', { name: /^Select / }).first();
  await expect(box).toHaveAttribute('aria-invalid', 'true');
  await expect(box).toHaveAccessibleDescription('Select an item first.');
});

test('axe finds nothing on a review and its report', async ({ scannable, instance }) => {
  await opened(scannable, instance);
  await expectAccessible(scannable, 'a review');
  await scannable.getByRole('link', { name: 'Report' }).click();
  await expectAccessible(scannable, 'the report of a review');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('a review is not wider than the screen', async ({ page, instance }) => {
    await opened(page, instance);
    await expectNoSideScroll(page, 'a review');
  });
});
