import { addCredential } from '../support/credentials.ts';
import { addPipeline, fetchConfig } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test.use({ fresh: true });

test('the first steps show what is done, and go when all is done', async ({ page, instance }) => {
  const name = unique('first');
  const steps = page.getByRole('region', { name: 'First steps' });
  await page.goto(`${instance.project}/credentials`);
  await expect(steps, 'the empty list says them').toHaveCount(0);
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials`);
  await expect(steps.getByRole('listitem')).toContainText(['Done', 'Next', 'Later']);
  await expect(steps.getByRole('link', { name: 'Add a pipeline and grant it the credential' })).toHaveAttribute('href', `/p/acme/pipelines/new`);
  const token = await addPipeline(page, instance, { name, credentials: [name] });
  await page.goto(`${instance.project}/credentials`);
  await expect(steps.getByRole('listitem')).toContainText(['Done', 'Done', 'Next']);
  await fetchConfig(instance, token);
  await page.goto(`${instance.project}/credentials`);
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  await expect(steps).toHaveCount(0);
});

test('the first steps can be hidden', async ({ page, instance }) => {
  await addCredential(page, instance, { name: unique('first') });
  await page.goto(`${instance.project}/credentials`);
  const steps = page.getByRole('region', { name: 'First steps' });
  await steps.getByRole('button', { name: 'Hide the first steps' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'hidden for every member' })).toBeVisible();
  await expect(steps).toHaveCount(0);
  await page.goto(`${instance.project}/credentials`);
  await expect(steps).toHaveCount(0);
});
